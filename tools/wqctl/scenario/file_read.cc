// SPDX-License-Identifier: GPL-2.0
#include <cmath>
#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>

#include <fmt/core.h>

#include "scenario/document.hh"
#include "scenario/file.hh"
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
            throw Error::usage(fmt::format("{}:{}: {} is {}; it must be an object {{...}}", file, node.line, what_,
                                           node.kind_name()));
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

    // Calls parse(text) for a string, with the place added to what it refuses.
    template <typename Parse>
    auto parse(const Member& member, const std::string& text, Parse parse_text) const
    {
        try {
            return parse_text(std::string_view(text));
        } catch (const Error& error) {
            throw error.within(fmt::format("{}:{}: \"{}\"", file_, member.value.line, member.key));
        }
    }

    template <typename Parse>
    auto text(std::string_view key, std::string_view right, Parse parse_text)
        -> std::optional<decltype(parse_text(std::string_view()))>
    {
        const Member* member = find(key);
        if (!member)
            return {};
        if (member->value.kind != Node::Kind::kString)
            refuse(*member, right);
        return parse(*member, member->value.string, parse_text);
    }

    std::optional<std::string> string(std::string_view key)
    {
        return text(key, "a string", [](std::string_view value) { return std::string(value); });
    }

    std::optional<uint64_t> time(std::string_view key)
    {
        return text(key, "a string with a time such as \"200us\", \"5ms\" or \"2s\"", parse_time);
    }

    std::optional<uint64_t> count(std::string_view key, uint64_t most = UINT64_MAX)
    {
        const Member* member = find(key);
        if (!member)
            return {};
        if (member->value.kind != Node::Kind::kUnsigned)
            refuse(*member, "a whole number that is not negative");
        if (member->value.integer > most)
            throw Error::usage(fmt::format("{}:{}: \"{}\" is {}; it can be {} at most", file_, member->value.line, key,
                                           member->value.integer, most));
        return member->value.integer;
    }

    std::optional<uint32_t> count32(std::string_view key, uint32_t most = UINT32_MAX)
    {
        if (const auto value = count(key, most))
            return static_cast<uint32_t>(*value);
        return {};
    }

    bool boolean(std::string_view key)
    {
        const Member* member = find(key);
        if (!member)
            return false;
        if (member->value.kind != Node::Kind::kBool)
            refuse(*member, "true or false");
        return member->value.boolean;
    }

    // A CPU list is a string; one CPU may be a number.
    std::optional<CpuList> cpus(std::string_view key)
    {
        const Member* member = find(key);
        if (!member)
            return {};
        if (member->value.kind == Node::Kind::kUnsigned)
            return parse(*member, std::to_string(member->value.integer), parse_cpu_list);
        if (member->value.kind != Node::Kind::kString)
            refuse(*member, "a CPU list such as \"0-3,8\"");
        return parse(*member, member->value.string, parse_cpu_list);
    }

    Origin origin;

private:
    const Node& node_;
    std::string what_;
    const std::string& file_;
    std::vector<std::string> known_;
};

WorkqueueSpec read_workqueue(const Node& node, const std::string& file)
{
    ObjectReader reader(node, "a workqueue", file);
    WorkqueueSpec workqueue;
    workqueue.name = reader.string("name").value_or("");
    if (const Member* flags = reader.find("flags")) {
        if (flags->value.kind != Node::Kind::kArray)
            reader.refuse(*flags, "a list of flags such as [\"unbound\", \"highpri\"]");
        for (const Node& item : flags->value.items) {
            if (item.kind != Node::Kind::kString)
                reader.refuse(*flags, "a list of strings such as [\"unbound\", \"highpri\"]");
            try {
                workqueue.flags |= parse_flag(item.string);
            } catch (const Error& error) {
                throw error.within(fmt::format("{}:{}", file, item.line));
            }
        }
    }
    if (reader.boolean("ordered"))
        workqueue.flags |= WQLAB_WQ_ORDERED;
    workqueue.max_active = reader.count32("max_active");
    if (const auto system = reader.text("system", "the name of a system workqueue", full_system_name))
        workqueue.system = *system;
    workqueue.scope = reader.text("scope", "the name of an affinity scope", [](std::string_view name) {
        check_scope_name(name);
        return std::string(name);
    });
    workqueue.strict = reader.boolean("strict");
    if (const Member* nice = reader.find("nice")) {
        const bool is_whole = nice->value.kind == Node::Kind::kSigned || nice->value.kind == Node::Kind::kUnsigned;
        if (!is_whole || std::abs(nice->value.real) > std::numeric_limits<int>::max())
            reader.refuse(*nice, "a whole number from -20 to 19");
        workqueue.nice = static_cast<int>(nice->value.real);
    }
    workqueue.cpumask = reader.cpus("cpumask");
    reader.finish();
    if (workqueue.name.empty())
        workqueue.name = default_name(workqueue);
    workqueue.origin = std::move(reader.origin);
    return workqueue;
}

void read_item(const Member& member, const std::string& file, IssuerSpec& issuer)
{
    ObjectReader reader(member.value, "an item", file);
    constexpr std::string_view a_time = "a time such as \"10us\", \"10us..50us\" or \"exp:10us\"";
    unsigned bodies = 0;
    for (uint32_t body : {WQLAB_BODY_SPIN, WQLAB_BODY_SLEEP, WQLAB_BODY_MUTEX}) {
        if (const auto time = reader.text(body_name(body), a_time, parse_time_dist)) {
            issuer.body = body;
            issuer.time = *time;
            bodies++;
        }
    }
    for (uint32_t body : {WQLAB_BODY_TOUCH, WQLAB_BODY_ALLOC}) {
        if (const auto bytes = reader.text(body_name(body), "a size such as \"64\" or \"4K\"", parse_size)) {
            issuer.body = body;
            issuer.bytes = *bytes;
            bodies++;
        }
    }
    reader.finish();
    if (bodies > 1)
        throw Error::usage(fmt::format("{}:{}: an item does one thing; keep one of spin, sleep, mutex, touch and alloc",
                                       file, member.line));
}

IssuerSpec read_issuer(const Node& node, const std::string& file)
{
    ObjectReader reader(node, "an issuer", file);
    IssuerSpec issuer;
    if (const Member* names = reader.find("workqueue")) {
        if (names->value.kind == Node::Kind::kString)
            issuer.workqueues.push_back(names->value.string);
        else if (names->value.kind != Node::Kind::kArray || names->value.items.empty())
            reader.refuse(*names, "the name of a workqueue or a list of names");
        for (const Node& item : names->value.items) {
            if (item.kind != Node::Kind::kString)
                reader.refuse(*names, "the name of a workqueue or a list of names");
            issuer.workqueues.push_back(item.string);
        }
    }
    issuer.threads = reader.count32("threads").value_or(1);
    issuer.cpus = reader.cpus("cpus");
    const auto mode = reader.text("mode", "the name of a mode", parse_mode);
    issuer.depth = reader.count32("depth");
    if (const Member* rate = reader.find("rate")) {
        if (!rate->value.is_number())
            reader.refuse(*rate, "a number: items a second of all threads together");
        issuer.rate = rate->value.real;
    }
    issuer.poisson = reader
                         .text("arrival", "\"fixed\" or \"poisson\"",
                               [](std::string_view name) {
                                   if (name != "fixed" && name != "poisson")
                                       throw Error::usage(
                                           fmt::format("\"{}\" is not an arrival; write fixed or poisson", name));
                                   return name == "poisson";
                               })
                         .value_or(false);
    issuer.burst = reader.count32("burst");
    issuer.every = reader.time("every");
    issuer.links = reader.count32("links");
    issuer.delay = reader.time("delay");
    issuer.mod_percent = reader.count32("mod_percent");
    issuer.cancel_percent = reader.count32("cancel_percent");
    issuer.flush_percent = reader.count32("flush_percent");
    issuer.coalesce = reader.boolean("coalesce");
    issuer.queue_on = reader.count32("queue_on");
    issuer.queue_node = reader.count32("queue_node");
    if (const Member* item = reader.find("item"))
        read_item(*item, file, issuer);
    reader.finish();
    issuer.origin = std::move(reader.origin);
    issuer.mode = mode ? *mode : implied_mode(issuer);
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

}  // namespace

Scenario parse_scenario(std::string_view text, const std::string& file)
{
    const Node root = parse_document(text, file);
    ObjectReader reader(root, "the scenario", file);
    // So that editors find the schema.
    reader.string("$schema");
    Scenario scenario;
    scenario.description = reader.string("description").value_or("");
    scenario.duration = reader.time("duration");
    scenario.items = reader.count("items");
    scenario.sample = reader.count32("sample").value_or(1);
    scenario.seed = reader.count("seed");
    if (const Node* workqueues = list(reader, "workqueues", "a list of workqueues"))
        for (const Node& node : workqueues->items)
            scenario.workqueues.push_back(read_workqueue(node, file));
    if (const Node* issuers = list(reader, "issuers", "a list of issuers"))
        for (const Node& node : issuers->items)
            scenario.issuers.push_back(read_issuer(node, file));
    reader.finish();
    scenario.origin = std::move(reader.origin);
    return scenario;
}

Scenario load_scenario(const std::string& path)
{
    if (path == "-")
        return parse_scenario(std::string(std::istreambuf_iterator<char>(std::cin), {}), "stdin");
    std::ifstream stream(path);
    // Opening a directory succeeds; reading it does not.
    stream.peek();
    if (!stream.is_open() || stream.bad())
        throw Error::usage(fmt::format("cannot read the scenario file \"{}\"", path),
                           "wqctl presets lists the scenarios that ship with the tool; run one with --preset NAME");
    return parse_scenario(std::string(std::istreambuf_iterator<char>(stream), {}), path);
}

}  // namespace wqctl
