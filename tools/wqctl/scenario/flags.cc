// SPDX-License-Identifier: GPL-2.0
#include "scenario/flags.hh"

#include <fmt/core.h>

#include "scenario/presets/presets.hh"
#include "scenario/file.hh"
#include "scenario/keys.hh"
#include "text/error.hh"
#include "text/names.hh"

namespace wqctl {

namespace {

// Calls set(text), with the flag's name added to what it refuses.
template <typename Set>
void read(std::string_view flag, const std::string& text, Set set)
{
    try {
        set(std::string_view(text));
    } catch (const Error& error) {
        throw error.within(std::string(flag));
    }
}

template <typename Spec>
Spec read_keys(const RunFlags& flags, std::span<const Key<Spec>> keys, Spec spec = {})
{
    for (const Key<Spec>& key : keys) {
        if (key.flag.empty() || !flags[key.flag].given())
            continue;
        read(key.flag, flags[key.flag].text.value_or(""),
             [&](std::string_view text) { set_from_text(key, spec, text); });
    }
    return spec;
}

// The flags that shape a scenario, which a preset or a file has already done.
std::string shaping_flag(const RunFlags& flags)
{
    for (const ShapingFlag& flag : shaping_flags())
        if (!flag.overrides && flags[flag.flag].given())
            return flag.flag;
    return {};
}

WorkqueueSpec workqueue_from(const RunFlags& flags)
{
    WorkqueueSpec workqueue = read_keys(flags, workqueue_keys());
    if (!flags["--name"].given())
        workqueue.name = default_name(workqueue);
    return workqueue;
}

void read_item(const RunFlags& flags, IssuerSpec& issuer)
{
    unsigned bodies = 0;
    for (const ItemKey& key : item_keys()) {
        const std::string flag = "--" + std::string(key.name());
        const FlagValue& value = flags[flag];
        if (!value.given())
            continue;
        issuer.body = key.body;
        bodies++;
        read(flag, *value.text, [&](std::string_view text) {
            if (key.timed)
                issuer.time = parse_time_dist(text);
            else
                issuer.bytes = parse_size(text);
        });
    }
    if (bodies > 1)
        throw Error::usage("an item does one thing; give one of --spin, --sleep, --mutex, --touch and --alloc");
}

IssuerSpec issuer_from(const RunFlags& flags)
{
    IssuerSpec issuer = read_keys(flags, issuer_keys());
    read_item(flags, issuer);
    issuer.mode = implied_mode(issuer);
    if (flags["--rcu"].given()) {
        if (issuer.mode != WQLAB_MODE_CLOSED)
            throw Error::usage(
                fmt::format("--rcu does not go with what makes the issuer {}; an rcu issuer takes --depth",
                            mode_names()[issuer.mode]));
        issuer.mode = WQLAB_MODE_RCU;
    }
    return issuer;
}

}  // namespace

Scenario overridden(Scenario scenario, const RunFlags& flags, std::string_view what)
{
    if (const std::string flag = shaping_flag(flags); !flag.empty())
        throw Error::usage(
            fmt::format("{} does not go with a {}, which can be overridden with --duration, --items, --sample and "
                        "--seed; to change more, print it with --dry-run and edit it",
                        flag, what));
    // Whoever gives one end on the command line means that one.
    if (flags["--duration"].given() || flags["--items"].given()) {
        scenario.duration.reset();
        scenario.items.reset();
    }
    return read_keys(flags, run_keys(), std::move(scenario));
}

Scenario scenario_from(const RunFlags& flags)
{
    if (flags.preset && flags.file)
        throw Error::usage(
            fmt::format("--preset and the scenario file \"{}\" exclude each other; give one", *flags.file));
    if (flags.preset) {
        const Preset& preset = find_preset(*flags.preset);
        return overridden(parse_scenario(preset.text, fmt::format("preset {}", preset.name)), flags, "preset");
    }
    if (flags.file)
        return overridden(load_scenario(*flags.file), flags, "scenario file");
    Scenario scenario;
    scenario.workqueues.push_back(workqueue_from(flags));
    scenario.issuers.push_back(issuer_from(flags));
    return read_keys(flags, run_keys(), std::move(scenario));
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
