// SPDX-License-Identifier: GPL-2.0
#include "text/names.hh"

#include <array>

#include <fmt/core.h>

#include "text/choose.hh"
#include "text/error.hh"
#include "uapi/system_workqueues.h"
#include "uapi/wqlab.h"

namespace wqctl {

namespace {

constexpr std::array<FlagName, 10> kFlags = {{
    {WQLAB_WQ_PERCPU, "percpu", "WQ_PERCPU"},
    {WQLAB_WQ_UNBOUND, "unbound", "WQ_UNBOUND"},
    {WQLAB_WQ_BH, "bh", "WQ_BH"},
    {WQLAB_WQ_ORDERED, "ordered", "alloc_ordered_workqueue()"},
    {WQLAB_WQ_HIGHPRI, "highpri", "WQ_HIGHPRI"},
    {WQLAB_WQ_MEM_RECLAIM, "mem_reclaim", "WQ_MEM_RECLAIM"},
    {WQLAB_WQ_FREEZABLE, "freezable", "WQ_FREEZABLE"},
    {WQLAB_WQ_CPU_INTENSIVE, "cpu_intensive", "WQ_CPU_INTENSIVE"},
    {WQLAB_WQ_POWER_EFFICIENT, "power_efficient", "WQ_POWER_EFFICIENT"},
    {WQLAB_WQ_SYSFS, "sysfs", "WQ_SYSFS"},
}};

constexpr std::array<std::string_view, 7> kScopes = {
    "default", "cpu", "smt", "cache", "cache_shard", "numa", "system",
};
constexpr std::array<std::string_view, __WQLAB_MODE_MAX> kModes = {
    "closed", "open", "burst", "chain", "delayed", "rcu",
};
constexpr std::array<std::string_view, __WQLAB_BODY_MAX> kBodies = {
    "nothing", "spin", "sleep", "touch", "alloc", "mutex",
};
constexpr std::array<std::string_view, 4> kStates = {"held", "running", "draining", "ended"};
constexpr std::array<std::string_view, 6> kEndReasons = {
    "none", "items", "duration", "stopped", "owner gone", "module unload",
};
constexpr std::array<std::string_view, __WQLAB_LATENCY_MAX> kLatencies = {
    "queue_call",
    "wait",
    "run",
    "total",
};

template <size_t N>
std::string_view at(const std::array<std::string_view, N>& names, uint32_t index)
{
    return index < N ? names[index] : "unknown";
}

std::string lower(std::string_view text)
{
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return result;
}

std::string_view feature_name(uint32_t feature)
{
    switch (feature) {
    case WQLAB_FEATURE_ORDERED_SYSFS: return "ordered_sysfs";
    case WQLAB_FEATURE_BH_PERCPU: return "bh_percpu";
    case WQLAB_FEATURE_PREEMPT_RT: return "preempt_rt";
    default: return "unknown";
    }
}

}  // namespace

std::span<const FlagName> flag_names() { return kFlags; }

std::vector<std::string> flags_to_names(uint32_t flags)
{
    std::vector<std::string> names;
    for (const FlagName& entry : kFlags)
        if (flags & entry.flag)
            names.emplace_back(entry.name);
    return names;
}

uint32_t parse_flag(std::string_view name)
{
    std::string word = lower(name);
    if (word.starts_with("wq_"))
        word.erase(0, 3);
    std::vector<std::string_view> known;
    for (const FlagName& entry : kFlags)
        known.push_back(entry.name);
    return kFlags[choose_place(word, known, "workqueue flag")].flag;
}

uint32_t parse_flag_list(std::string_view list)
{
    uint32_t flags = 0;
    while (!list.empty()) {
        const size_t end = list.find_first_of(",|");
        flags |= parse_flag(list.substr(0, end));
        list = end == std::string_view::npos ? std::string_view{} : list.substr(end + 1);
    }
    return flags;
}

std::span<const std::string_view> scope_names() { return kScopes; }

void check_scope_name(std::string_view name) { choose_place(name, kScopes, "affinity scope"); }

std::span<const std::string_view> mode_names() { return kModes; }

uint32_t parse_mode(std::string_view name) { return static_cast<uint32_t>(choose_place(name, kModes, "mode")); }

std::string_view body_name(uint32_t body) { return at(kBodies, body); }
std::string_view run_state_name(uint32_t state) { return at(kStates, state); }
std::string_view end_reason_name(uint32_t reason) { return at(kEndReasons, reason); }
std::string_view latency_name(uint32_t latency) { return at(kLatencies, latency); }

std::vector<std::string> feature_names(uint32_t features)
{
    std::vector<std::string> names;
    for (uint32_t bit = 0; bit < 32; bit++)
        if (features >> bit & 1)
            names.emplace_back(feature_name(1u << bit));
    return names;
}

std::span<const SystemWorkqueue> system_workqueues()
{
#define ONE(variable, flags, have) {#variable, flags},
    static constexpr SystemWorkqueue all[] = {WQLAB_SYSTEM_WORKQUEUES(ONE)};
#undef ONE
    return all;
}

std::vector<std::string> system_workqueue_names()
{
    std::vector<std::string> names;
    for (const SystemWorkqueue& workqueue : system_workqueues())
        names.emplace_back(workqueue.name);
    return names;
}

std::string full_system_name(std::string_view name)
{
    if (name.empty())
        throw Error::usage("a system workqueue has a name; wqctl info lists those there are");
    // The one without a middle: system_wq.
    if (name == "system" || name == "wq")
        return "system_wq";
    std::string full(name);
    if (!full.starts_with("system_"))
        full.insert(0, "system_");
    if (!full.ends_with("_wq"))
        full += "_wq";
    return full;
}

std::string short_system_name(std::string_view name)
{
    if (name == "system_wq")
        return "system";
    if (name.starts_with("system_"))
        name.remove_prefix(7);
    if (name.ends_with("_wq"))
        name.remove_suffix(3);
    return std::string(name);
}

std::string enumerate(const std::vector<std::string>& words, std::string_view last)
{
    std::string text;
    for (size_t i = 0; i < words.size(); i++) {
        if (i)
            text += i + 1 == words.size() ? fmt::format(" {} ", last) : ", ";
        text += words[i];
    }
    return text;
}

}  // namespace wqctl
