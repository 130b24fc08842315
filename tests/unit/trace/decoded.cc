// SPDX-License-Identifier: GPL-2.0
#include "decoded.hh"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <unistd.h>

#include "unit/tree.hh"

const std::string* Message::value(const std::string& name) const
{
    const auto found = values.find(name);
    return found == values.end() ? nullptr : &found->second;
}

const Message* Message::message(const std::string& name) const
{
    const auto found = messages.find(name);
    return found == messages.end() ? nullptr : &found->second;
}

std::vector<std::string> Message::all(const std::string& name) const
{
    std::vector<std::string> found;
    for (auto [at, end] = values.equal_range(name); at != end; ++at)
        found.push_back(at->second);
    return found;
}

namespace {

std::string contents(const std::string& path)
{
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

// Lines of `name: value`, `name {` and `}`. An unknown field has a number in place of its name.
Message parse(std::istream& text, std::vector<std::string>& unknown)
{
    Message message;
    for (std::string line; std::getline(text, line);) {
        line.erase(0, line.find_first_not_of(' '));
        if (line == "}")
            break;
        const std::string name = line.substr(0, line.find_first_of(": "));
        if (!name.empty() && name.find_first_not_of("0123456789") == std::string::npos)
            unknown.push_back(line);
        if (line.ends_with(" {")) {
            message.messages.emplace(name, parse(text, unknown));
            continue;
        }
        std::string value = line.substr(line.find(": ") + 2);
        if (value.size() > 1 && value.front() == '"')
            value = value.substr(1, value.size() - 2);
        message.values.emplace(name, value);
    }
    return message;
}

uint64_t number(const Message& message, const std::string& name)
{
    const std::string* value = message.value(name);
    return value ? std::strtoull(value->c_str(), nullptr, 10) : 0;
}

}  // namespace

Decoded decode(const std::string& file)
{
    Decoded decoded;
    if (std::system("command -v protoc >/dev/null") != 0)
        return decoded;
    decoded.has_protoc = true;
    char directory[] = "/tmp/wqlab-protoc-XXXXXX";
    if (!mkdtemp(directory))
        return decoded;
    const std::string base = directory;
    std::ofstream(base + "/file", std::ios::binary) << file;
    const std::string schema = in_tree("tests/unit/trace/packet.proto");
    const std::string command = "protoc --decode=Trace --proto_path='" + schema.substr(0, schema.rfind('/')) + "' '" +
                                schema + "' <" + base + "/file >" + base + "/text 2>" + base + "/errors";
    if (std::system(command.c_str()) != 0)
        decoded.complaint = "failed: ";
    decoded.complaint += contents(base + "/errors");
    std::ifstream text(base + "/text");
    const Message trace = parse(text, decoded.unknown);
    for (const auto& [name, packet] : trace.messages)
        decoded.packets.push_back(packet);
    for (const char* name : {"/file", "/text", "/errors"})
        std::remove((base + name).c_str());
    rmdir(directory);
    return decoded;
}

std::string DecodedTrace::path(uint64_t track) const
{
    const auto found = tracks.find(track);
    if (found == tracks.end())
        return "?";
    return (found->second.parent ? path(found->second.parent) + "/" : "") + found->second.name;
}

namespace {

// Interned words of one kind.
using Words = std::map<std::string, std::string>;

void learn(const Message& interned, const std::string& kind, const std::string& text, Words& words)
{
    for (auto [at, end] = interned.messages.equal_range(kind); at != end; ++at)
        words[*at->second.value("iid")] = *at->second.value(text);
}

std::string note_value(const Message& note, const Words& strings)
{
    for (const auto& [name, value] : note.values) {
        if (name == "string_value_iid")
            return strings.at(value);
        if (name != "name_iid")
            return value;
    }
    std::string text;
    for (const char* kind : {"array_values", "dict_entries"})
        for (auto [at, end] = note.messages.equal_range(kind); at != end; ++at)
            for (const auto& [name, value] : at->second.values)
                text += value + " ";
    return text;
}

}  // namespace

DecodedTrace understand(const Decoded& decoded)
{
    DecodedTrace trace;
    Words categories, names, note_names, strings;
    uint64_t now = 0;
    for (const Message& packet : decoded.packets) {
        if (const Message* clocks = packet.message("clock_snapshot"))
            for (auto [at, end] = clocks->messages.equal_range("clocks"); at != end; ++at)
                if (number(at->second, "clock_id") == 64)
                    now = number(at->second, "timestamp");
        if (const Message* interned = packet.message("interned_data")) {
            learn(*interned, "event_categories", "name", categories);
            learn(*interned, "event_names", "name", names);
            learn(*interned, "debug_annotation_names", "name", note_names);
            learn(*interned, "debug_annotation_string_values", "str", strings);
        }
        if (const Message* track = packet.message("track_descriptor"))
            trace.tracks[number(*track, "uuid")] = {*track->value("name"), number(*track, "parent_uuid"),
                                                    track->message("counter") != nullptr};
        const Message* fields = packet.message("track_event");
        if (!fields)
            continue;
        DecodedEvent event;
        const uint64_t timestamp = number(packet, "timestamp");
        event.time = number(packet, "timestamp_clock_id") == 6 ? timestamp : now += timestamp;
        event.type = *fields->value("type");
        event.track = number(*fields, "track_uuid");
        if (const std::string* iid = fields->value("category_iids"))
            event.category = categories.at(*iid);
        if (const std::string* iid = fields->value("name_iid"))
            event.name = names.at(*iid);
        for (auto [at, end] = fields->messages.equal_range("debug_annotations"); at != end; ++at)
            event.notes[note_names.at(*at->second.value("name_iid"))] = note_value(at->second, strings);
        event.flows = fields->all("flow_ids");
        event.last_flows = fields->all("terminating_flow_ids");
        const std::vector<std::string> counters = fields->all("extra_counter_track_uuids");
        const std::vector<std::string> values = fields->all("extra_counter_values");
        for (size_t i = 0; i < std::min(counters.size(), values.size()); i++)
            event.counters.emplace_back(std::stoull(counters[i]), std::stoll(values[i]));
        if (const std::string* value = fields->value("counter_value"))
            event.counters.emplace_back(event.track, std::stoll(*value));
        trace.events.push_back(std::move(event));
    }
    std::stable_sort(trace.events.begin(), trace.events.end(),
                     [](const DecodedEvent& one, const DecodedEvent& other) { return one.time < other.time; });
    return trace;
}
