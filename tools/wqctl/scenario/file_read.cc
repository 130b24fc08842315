// SPDX-License-Identifier: GPL-2.0
#include <cmath>
#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>

#include <fmt/core.h>

#include "scenario/axes.hh"
#include "scenario/document.hh"
#include "scenario/file.hh"
#include "scenario/keys.hh"
#include "text/error.hh"
#include "text/names.hh"
#include "text/nearest.hh"

namespace wqctl {

namespace {

// Reads the members of one object. The keys that were asked for are the known
// ones; finish() refuses all others.
class ObjectReader {
public:
    ObjectReader(const Node& node, std::string what, const std::string& file)
        : node_(node), what_(std::move(what)), file_(file)
    {
        if (node.kind != Node::Kind::kObject)
            throw Error::usage(
                fmt::format("{}:{}: {} is {}; it must be an object {{...}}", file, node.line, what_, node.kind_name()));
        origin.file = file;
        origin.line = node.line;
    }

    const Member* find(std::string_view key)
    {
        known_.emplace_back(key);
        for (const Member& member : node_.members) {
            if (member.key == key) {
                origin.lines.emplace(key, member.line);
                return &member;
            }
        }
        return nullptr;
    }

    void finish() const
    {
        for (const Member& member : node_.members) {
            if (std::find(known_.begin(), known_.end(), member.key) != known_.end())
                continue;
            const std::string guess = did_you_mean(member.key, known_);
            throw Error::usage(
                fmt::format("{}:{}: {} has no key \"{}\"{}", file_, member.line, what_, member.key,
                            guess.empty() ? fmt::format("; the keys are {}", enumerate(known_)) : guess));
        }
    }

    [[noreturn]] void refuse(const Member& member, std::string_view right) const
    {
        throw Error::usage(fmt::format("{}:{}: \"{}\" is {}; it must be {}", file_, member.value.line, member.key,
                                       member.value.kind_name(), right));
    }

    // Calls set(text) for a string, with the place added to what it refuses.
    template <typename Set>
    void string(const Member& member, std::string_view right, Set set) const
    {
        if (member.value.kind != Node::Kind::kString)
            refuse(member, right);
        as_text(member, member.value.string, set);
    }

    template <typename Set>
    void as_text(const Member& member, const std::string& text, Set set) const
    {
        try {
            set(std::string_view(text));
        } catch (const Error& error) {
            throw error.within(fmt::format("{}:{}: \"{}\"", file_, member.value.line, member.key));
        }
    }

    uint64_t count(const Member& member, uint64_t most) const
    {
        if (member.value.kind != Node::Kind::kUnsigned)
            refuse(member, "a whole number that is not negative");
        if (member.value.integer > most)
            throw Error::usage(fmt::format("{}:{}: \"{}\" is {}; it can be {} at most", file_, member.value.line,
                                           member.key, member.value.integer, most));
        return member.value.integer;
    }

    bool boolean(const Member& member) const
    {
        if (member.value.kind != Node::Kind::kBool)
            refuse(member, "true or false");
        return member.value.boolean;
    }

    const std::string& file() const { return file_; }

    Origin origin;

private:
    const Node& node_;
    std::string what_;
    const std::string& file_;
    std::vector<std::string> known_;
};

uint32_t read_flags(const ObjectReader& reader, const Member& member)
{
    if (member.value.kind != Node::Kind::kArray)
        reader.refuse(member, "a list of flags such as [\"unbound\", \"highpri\"]");
    uint32_t flags = 0;
    for (const Node& item : member.value.items) {
        if (item.kind != Node::Kind::kString)
            reader.refuse(member, "a list of strings such as [\"unbound\", \"highpri\"]");
        try {
            flags |= parse_flag(item.string);
        } catch (const Error& error) {
            throw error.within(fmt::format("{}:{}", reader.file(), item.line));
        }
    }
    return flags;
}

std::vector<std::string> read_names(const ObjectReader& reader, const Member& member)
{
    const std::string_view right = "the name of a workqueue or a list of names";
    if (member.value.kind == Node::Kind::kString)
        return {member.value.string};
    if (member.value.kind != Node::Kind::kArray || member.value.items.empty())
        reader.refuse(member, right);
    std::vector<std::string> names;
    for (const Node& item : member.value.items) {
        if (item.kind != Node::Kind::kString)
            reader.refuse(member, right);
        names.push_back(item.string);
    }
    return names;
}

bool is_poisson(std::string_view arrival)
{
    if (arrival != "fixed" && arrival != "poisson")
        throw Error::usage(fmt::format("\"{}\" is not an arrival; write fixed or poisson", arrival));
    return arrival == "poisson";
}

void read_item(const Member& member, const std::string& file, IssuerSpec& issuer)
{
    ObjectReader reader(member.value, "an item", file);
    unsigned bodies = 0;
    for (const ItemKey& key : item_keys()) {
        const Member* value = reader.find(key.name());
        if (!value)
            continue;
        issuer.body = key.body;
        bodies++;
        if (key.timed)
            reader.string(*value, "a time such as \"10us\", \"10us..50us\", \"exp:10us\" or \"q:5us,9us,40us\"",
                          [&](std::string_view text) { issuer.time = parse_time_dist(text); });
        else
            reader.string(*value, "a size such as \"64\" or \"4K\"",
                          [&](std::string_view text) { issuer.bytes = parse_size(text); });
    }
    reader.finish();
    if (bodies > 1)
        throw Error::usage(fmt::format("{}:{}: an item does one thing; keep one of spin, sleep, mutex, touch and alloc",
                                       file, member.line));
}

// What stands at the key.
template <typename Spec>
void read_value(const ObjectReader& reader, const Key<Spec>& key, const Member& member, Spec& spec)
{
    const Node& value = member.value;
    const auto set = [&](auto parsed) { set_value(key, spec, std::move(parsed)); };
    const auto text = [&](std::string_view right) {
        reader.string(member, right, [&](std::string_view words) { set_from_text(key, spec, words); });
    };
    switch (key.kind) {
    case Kind::kText: return text("a string");
    case Kind::kSystem: return text("the name of a system workqueue");
    case Kind::kScope: return text("the name of an affinity scope");
    case Kind::kTime: return text("a string with a time such as \"200us\", \"5ms\" or \"2s\"");
    case Kind::kFlags: return set(read_flags(reader, member) | spec.*std::get<uint32_t Spec::*>(key.slot));
    case Kind::kOrdered:
        if (reader.boolean(member))
            set_from_text(key, spec, {});
        return;
    case Kind::kSwitch: return set(reader.boolean(member));
    case Kind::kInteger:
        if ((value.kind != Node::Kind::kSigned && value.kind != Node::Kind::kUnsigned) ||
            std::abs(value.real) > std::numeric_limits<int>::max())
            reader.refuse(member, "a whole number from -20 to 19");
        return set(static_cast<int>(value.real));
    case Kind::kCount:
    case Kind::kPercent:
        if (is_kept_as<uint64_t>(key))
            return set(reader.count(member, UINT64_MAX));
        return set(static_cast<uint32_t>(reader.count(member, UINT32_MAX)));
    case Kind::kRate:
        if (!value.is_number())
            reader.refuse(member, "a number: items a second of all threads together");
        return set(value.real);
    case Kind::kCpus:
        // One CPU may be a number.
        if (value.kind == Node::Kind::kUnsigned)
            return reader.as_text(member, std::to_string(value.integer),
                                  [&](std::string_view words) { set_from_text(key, spec, words); });
        return text("a CPU list such as \"0-3,8\"");
    case Kind::kArrival:
        return reader.string(member, "\"fixed\" or \"poisson\"", [&](std::string_view word) { set(is_poisson(word)); });
    case Kind::kMode:
        return reader.string(member, "the name of a mode", [&](std::string_view word) { set(parse_mode(word)); });
    case Kind::kNames: return set(read_names(reader, member));
    case Kind::kItem:
        if constexpr (std::is_same_v<Spec, IssuerSpec>)
            read_item(member, reader.file(), spec);
        return;
    }
}

template <typename Spec>
void read_keys(ObjectReader& reader, std::span<const Key<Spec>> keys, Spec& spec)
{
    for (const Key<Spec>& key : keys)
        if (!key.name.empty())
            if (const Member* member = reader.find(key.name))
                read_value(reader, key, *member, spec);
}

WorkqueueSpec read_workqueue(const Node& node, const std::string& file)
{
    ObjectReader reader(node, "a workqueue", file);
    WorkqueueSpec workqueue;
    read_keys(reader, workqueue_keys(), workqueue);
    reader.finish();
    if (workqueue.name.empty())
        workqueue.name = default_name(workqueue);
    workqueue.origin = std::move(reader.origin);
    return workqueue;
}

IssuerSpec read_issuer(const Node& node, const std::string& file)
{
    ObjectReader reader(node, "an issuer", file);
    IssuerSpec issuer;
    read_keys(reader, issuer_keys(), issuer);
    reader.finish();
    issuer.origin = std::move(reader.origin);
    if (!issuer.origin.lines.contains("mode"))
        issuer.mode = implied_mode(issuer);
    return issuer;
}

const Node* list(ObjectReader& reader, std::string_view key, std::string_view right)
{
    const Member* member = reader.find(key);
    if (!member)
        return nullptr;
    if (member->value.kind != Node::Kind::kArray)
        reader.refuse(*member, right);
    return &member->value;
}

// {"scope": ["cpu", "smt"], "depth": [1, 32]}
std::vector<Axis> read_axes(const ObjectReader& reader, const Member& member)
{
    const std::string_view right = "an object with a list of values for each key, such as {\"depth\": [1, 32]}";
    if (member.value.kind != Node::Kind::kObject)
        reader.refuse(member, right);
    std::vector<Axis> axes;
    for (const Member& axis : member.value.members) {
        if (axis.value.kind != Node::Kind::kArray || axis.value.items.empty())
            reader.refuse(axis, "a list of values such as [1, 32]");
        axes.push_back({axis.key, {}});
        for (const Node& value : axis.value.items) {
            if (value.kind == Node::Kind::kUnsigned)
                axes.back().values.push_back(std::to_string(value.integer));
            else if (value.kind == Node::Kind::kSigned)
                axes.back().values.push_back(std::to_string(value.negative));
            else if (value.kind == Node::Kind::kBool)
                axes.back().values.emplace_back(value.boolean ? "true" : "false");
            else if (value.kind == Node::Kind::kString)
                axes.back().values.push_back(value.string);
            else
                reader.refuse(axis, "a list of strings, whole numbers, or true and false");
        }
    }
    return axes;
}

VariedScenario parse(std::string_view text, const std::string& file, bool may_vary)
{
    const Node root = parse_document(text, file);
    ObjectReader reader(root, "the scenario", file);
    std::vector<Axis> axes;
    if (may_vary)
        if (const Member* vary = reader.find("vary"))
            axes = read_axes(reader, *vary);
    // So that editors find the schema.
    if (const Member* schema = reader.find("$schema"))
        reader.string(*schema, "a string", [](std::string_view) {});
    Scenario scenario;
    read_keys(reader, run_keys(), scenario);
    if (const Node* workqueues = list(reader, "workqueues", "a list of workqueues"))
        for (const Node& node : workqueues->items)
            scenario.workqueues.push_back(read_workqueue(node, file));
    if (const Node* issuers = list(reader, "issuers", "a list of issuers"))
        for (const Node& node : issuers->items)
            scenario.issuers.push_back(read_issuer(node, file));
    reader.finish();
    scenario.origin = std::move(reader.origin);
    return {std::move(scenario), std::move(axes)};
}

VariedScenario load(const std::string& path, bool may_vary)
{
    if (path == "-")
        return parse(std::string(std::istreambuf_iterator<char>(std::cin), {}), "stdin", may_vary);
    std::ifstream stream(path);
    // Opening a directory succeeds; reading it does not.
    stream.peek();
    if (!stream.is_open() || stream.bad())
        throw Error::usage(fmt::format("cannot read the scenario file \"{}\"", path),
                           "wqctl presets lists the scenarios that ship with the tool; run one with --preset NAME");
    return parse(std::string(std::istreambuf_iterator<char>(stream), {}), path, may_vary);
}

}  // namespace

Scenario parse_scenario(std::string_view text, const std::string& file) { return parse(text, file, false).scenario; }

VariedScenario parse_varied(std::string_view text, const std::string& file) { return parse(text, file, true); }

Scenario load_scenario(const std::string& path) { return load(path, false).scenario; }

VariedScenario load_varied(const std::string& path) { return load(path, true); }

}  // namespace wqctl
