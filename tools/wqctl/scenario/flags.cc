// SPDX-License-Identifier: GPL-2.0
#include "scenario/flags.hh"

#include <fmt/core.h>

#include "scenario/presets/presets.hh"
#include "scenario/file.hh"
#include "text/error.hh"
#include "text/names.hh"

namespace wqctl {

namespace {

template <typename Parse>
auto read(const char* flag, const RunFlags::Text& text, Parse parse)
    -> std::optional<decltype(parse(std::string_view()))>
{
    if (!text)
        return {};
    try {
        return parse(std::string_view(*text));
    } catch (const Error& error) {
        throw error.within(flag);
    }
}

// The flags that shape a scenario, which a preset or a file has already done.
std::string shaping_flag(const RunFlags& flags)
{
    const std::pair<bool, const char*> given[] = {
        {flags.name.has_value(), "--name"},         {flags.flags.has_value(), "--flags"},
        {flags.max_active.has_value(), "--max-active"}, {flags.system.has_value(), "--system"},
        {flags.scope.has_value(), "--scope"},       {flags.nice.has_value(), "--nice"},
        {flags.cpumask.has_value(), "--cpumask"},   {flags.ordered, "--ordered"},
        {flags.strict, "--strict"},                 {flags.issuers.has_value(), "--issuers"},
        {flags.cpus.has_value(), "--cpus"},         {flags.depth.has_value(), "--depth"},
        {flags.rate.has_value(), "--rate"},         {flags.burst.has_value(), "--burst"},
        {flags.every.has_value(), "--every"},       {flags.chain.has_value(), "--chain"},
        {flags.delay.has_value(), "--delay"},       {flags.mod.has_value(), "--mod"},
        {flags.cancel.has_value(), "--cancel"},     {flags.flush.has_value(), "--flush"},
        {flags.queue_on.has_value(), "--queue-on"}, {flags.queue_node.has_value(), "--queue-node"},
        {flags.poisson, "--poisson"},               {flags.rcu, "--rcu"},
        {flags.coalesce, "--coalesce"},             {flags.spin.has_value(), "--spin"},
        {flags.sleep.has_value(), "--sleep"},       {flags.touch.has_value(), "--touch"},
        {flags.alloc.has_value(), "--alloc"},       {flags.mutex.has_value(), "--mutex"},
    };
    for (const auto& [is_given, name] : given)
        if (is_given)
            return name;
    return {};
}

WorkqueueSpec workqueue_from(const RunFlags& flags)
{
    WorkqueueSpec workqueue;
    workqueue.flags = read("--flags", flags.flags, parse_flag_list).value_or(0);
    if (flags.ordered)
        workqueue.flags |= WQLAB_WQ_ORDERED;
    workqueue.max_active = read("--max-active", flags.max_active, parse_count32);
    if (const auto system = read("--system", flags.system, full_system_name))
        workqueue.system = *system;
    workqueue.scope = read("--scope", flags.scope, [](std::string_view name) {
        check_scope_name(name);
        return std::string(name);
    });
    workqueue.strict = flags.strict;
    workqueue.nice = read("--nice", flags.nice, parse_int);
    workqueue.cpumask = read("--cpumask", flags.cpumask, parse_cpu_list);
    workqueue.name = flags.name ? *flags.name : default_name(workqueue);
    return workqueue;
}

void read_body(const RunFlags& flags, IssuerSpec& issuer)
{
    unsigned bodies = 0;
    const auto timed = [&](uint32_t body, const char* flag, const RunFlags::Text& text) {
        if (const auto time = read(flag, text, parse_time_dist)) {
            issuer.body = body;
            issuer.time = *time;
            bodies++;
        }
    };
    const auto sized = [&](uint32_t body, const char* flag, const RunFlags::Text& text) {
        if (const auto bytes = read(flag, text, parse_size)) {
            issuer.body = body;
            issuer.bytes = *bytes;
            bodies++;
        }
    };
    timed(WQLAB_BODY_SPIN, "--spin", flags.spin);
    timed(WQLAB_BODY_SLEEP, "--sleep", flags.sleep);
    timed(WQLAB_BODY_MUTEX, "--mutex", flags.mutex);
    sized(WQLAB_BODY_TOUCH, "--touch", flags.touch);
    sized(WQLAB_BODY_ALLOC, "--alloc", flags.alloc);
    if (bodies > 1)
        throw Error::usage("an item does one thing; give one of --spin, --sleep, --mutex, --touch and --alloc");
}

IssuerSpec issuer_from(const RunFlags& flags)
{
    IssuerSpec issuer;
    issuer.threads = read("--issuers", flags.issuers, parse_count32).value_or(1);
    issuer.cpus = read("--cpus", flags.cpus, parse_cpu_list);
    issuer.depth = read("--depth", flags.depth, parse_count32);
    issuer.rate = read("--rate", flags.rate, parse_rate);
    issuer.poisson = flags.poisson;
    issuer.burst = read("--burst", flags.burst, parse_count32);
    issuer.every = read("--every", flags.every, parse_time);
    issuer.links = read("--chain", flags.chain, parse_count32);
    issuer.delay = read("--delay", flags.delay, parse_time);
    issuer.mod_percent = read("--mod", flags.mod, parse_percent);
    issuer.cancel_percent = read("--cancel", flags.cancel, parse_percent);
    issuer.flush_percent = read("--flush", flags.flush, parse_percent);
    issuer.coalesce = flags.coalesce;
    issuer.queue_on = read("--queue-on", flags.queue_on, parse_count32);
    issuer.queue_node = read("--queue-node", flags.queue_node, parse_count32);
    read_body(flags, issuer);
    issuer.mode = implied_mode(issuer);
    if (flags.rcu) {
        if (issuer.mode != WQLAB_MODE_CLOSED)
            throw Error::usage(fmt::format("--rcu does not go with what makes the issuer {}; an rcu issuer takes --depth",
                                           mode_names()[issuer.mode]));
        issuer.mode = WQLAB_MODE_RCU;
    }
    return issuer;
}

}  // namespace

Scenario scenario_from(const RunFlags& flags)
{
    Scenario scenario;
    if (flags.preset || flags.file) {
        if (flags.preset && flags.file)
            throw Error::usage(fmt::format("--preset and the scenario file \"{}\" exclude each other; give one", *flags.file));
        if (const std::string flag = shaping_flag(flags); !flag.empty())
            throw Error::usage(
                fmt::format("{} does not go with a {}, which can be overridden with --duration, --items, --sample and "
                            "--seed; to change more, print it with --dry-run and edit it",
                            flag, flags.preset ? "preset" : "scenario file"));
        if (flags.preset) {
            const Preset& preset = find_preset(*flags.preset);
            scenario = parse_scenario(preset.text, fmt::format("preset {}", preset.name));
        } else {
            scenario = load_scenario(*flags.file);
        }
    } else {
        scenario.workqueues.push_back(workqueue_from(flags));
        scenario.issuers.push_back(issuer_from(flags));
    }
    // Whoever gives one end on the command line means that one.
    if (flags.duration || flags.items) {
        scenario.duration = read("--duration", flags.duration, parse_time);
        scenario.items = read("--items", flags.items, parse_count);
    }
    if (const auto sample = read("--sample", flags.sample, parse_count32))
        scenario.sample = *sample;
    if (const auto seed = read("--seed", flags.seed, parse_count))
        scenario.seed = *seed;
    return scenario;
}

std::string run_label(const RunFlags& flags, const Scenario& scenario)
{
    std::string label;
    if (flags.preset) {
        label = *flags.preset;
    } else if (flags.file) {
        label = flags.file->substr(flags.file->find_last_of('/') + 1);
    } else {
        for (const WorkqueueSpec& workqueue : scenario.workqueues)
            label += (label.empty() ? "" : ", ") + workqueue.name;
    }
    return label.substr(0, WQLAB_LABEL_LEN - 1);
}

}  // namespace wqctl
