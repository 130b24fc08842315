// SPDX-License-Identifier: GPL-2.0
#include "snapshot/names.hh"

#include <array>

#include "text/choose.hh"
#include "text/names.hh"
#include "text/split.hh"
#include "uapi/wqlab.h"

namespace wqctl {

namespace {

constexpr std::array<SectionName, 9> kSections = {{
    {WQLAB_SECTION_SCOPES, "scopes", "affinity scopes, their pods, and the cpumasks of unbound workqueues"},
    {WQLAB_SECTION_POOLS, "pools", "worker pools"},
    {WQLAB_SECTION_WORKQUEUES, "workqueues", "workqueues, their attributes, and the pool of each CPU"},
    {WQLAB_SECTION_RESCUERS, "rescuers", "rescuers and who waits for them"},
    {WQLAB_SECTION_NODES, "nodes", "nr_active and max_active of unbound workqueues on each node"},
    {WQLAB_SECTION_WORK, "work", "items: executing, pending, held back; who flushes and drains"},
    {WQLAB_SECTION_TIMERS, "timers", "delayed works whose timer has not fired"},
    {WQLAB_SECTION_HOGS, "hogs", "functions that hogged a CPU"},
    {WQLAB_SECTION_CPUS, "cpus", "the task that has each CPU, since when, and who waits"},
}};

struct Word {
    uint32_t bit;
    std::string_view word;
};

constexpr std::array<Word, 8> kPoolFlags = {{
    {WQLAB_POOL_BH, "bh"},
    {WQLAB_POOL_MANAGER_ACTIVE, "manager_active"},
    {WQLAB_POOL_DISASSOCIATED, "disassociated"},
    {WQLAB_POOL_BH_DRAINING, "bh_draining"},
    {WQLAB_POOL_STRICT, "strict"},
    {WQLAB_POOL_PENDING_CUT, "pending_cut"},
    {WQLAB_POOL_BUSY_CUT, "busy_cut"},
    {WQLAB_POOL_SPLIT, "split"},
}};

constexpr std::array<Word, 8> kWqStates = {{
    {WQLAB_SNAP_WQ_DESTROYING, "destroying"},
    {WQLAB_SNAP_WQ_DRAINING, "draining"},
    {WQLAB_SNAP_WQ_LEGACY, "legacy"},
    {WQLAB_SNAP_WQ_DEPRECATED, "deprecated"},
    {WQLAB_SNAP_WQ_STRICT, "strict"},
    {WQLAB_SNAP_WQ_IN_SYSFS, "in_sysfs"},
    {WQLAB_SNAP_WQ_FROZEN, "frozen"},
    {WQLAB_SNAP_WQ_PWQS_CUT, "pwqs_cut"},
}};

constexpr std::array<Word, 3> kPwqFlags = {{
    {WQLAB_PWQ_PLUGGED, "plugged"},
    {WQLAB_PWQ_MAYDAY, "mayday"},
    {WQLAB_PWQ_NODE_PENDING, "node_pending"},
}};

constexpr std::array<Word, 16> kWorkerFlags = {{
    {WQLAB_WORKER_DIE, "die"},
    {WQLAB_WORKER_IDLE, "idle"},
    {WQLAB_WORKER_PREP, "prep"},
    {WQLAB_WORKER_CPU_INTENSIVE, "cpu_intensive"},
    {WQLAB_WORKER_UNBOUND, "unbound"},
    {WQLAB_WORKER_REBOUND, "rebound"},
    {WQLAB_WORKER_RESCUER, "rescuer"},
    {WQLAB_WORKER_BH, "bh"},
    {WQLAB_WORKER_MANAGER, "manager"},
    {WQLAB_WORKER_SLEEPING, "sleeping"},
    {WQLAB_WORKER_ON_CPU, "on_cpu"},
    {WQLAB_WORKER_SINCE_AT_LEAST, "since_at_least"},
    {WQLAB_WORKER_COUNTED, "counted"},
    {WQLAB_WORKER_KNOWN_ASLEEP, "known_asleep"},
    {WQLAB_WORKER_ABOUT_TO_SLEEP, "about_to_sleep"},
    {WQLAB_WORKER_UNHOOKED, "unhooked"},
}};

constexpr std::array<Word, 5> kTaskFlags = {{
    {WQLAB_TASK_SLEEPING, "sleeping"},
    {WQLAB_TASK_ON_CPU, "on_cpu"},
    {WQLAB_TASK_ABOUT_TO_SLEEP, "about_to_sleep"},
    {WQLAB_TASK_KTHREAD, "kthread"},
    {WQLAB_TASK_WQ_WORKER, "wq_worker"},
}};

constexpr std::array<Word, 3> kCpuFlags = {{
    {WQLAB_RQ_ONLINE, "online"},
    {WQLAB_RQ_ACTIVE, "active"},
    {WQLAB_RQ_IDLE, "idle"},
}};

template <size_t N>
void add(Words& words, const std::array<Word, N>& table, uint32_t flags)
{
    for (const Word& entry : table)
        if (flags & entry.bit)
            words.push_back(entry.word);
}

template <size_t N>
Words words_of(const std::array<Word, N>& table, uint32_t flags)
{
    Words words;
    add(words, table, flags);
    return words;
}

uint32_t parse_section(std::string_view name)
{
    std::vector<std::string_view> known;
    for (const SectionName& entry : kSections)
        known.push_back(entry.name);
    return kSections[choose_place(name, known, "section")].section;
}

}  // namespace

std::span<const SectionName> section_names() { return kSections; }

std::string_view section_name(uint32_t section)
{
    for (const SectionName& entry : kSections)
        if (entry.section == section)
            return entry.name;
    return section ? "unknown" : "latency";
}

std::vector<std::string> sections_to_names(uint32_t sections)
{
    std::vector<std::string> names;
    for (const SectionName& entry : kSections)
        if (sections & entry.section)
            names.emplace_back(entry.name);
    return names;
}

uint32_t parse_sections(std::string_view list)
{
    uint32_t sections = 0;
    for (const std::string_view word : split(list, ","))
        sections |= parse_section(word);
    return sections;
}

Words pool_flag_words(uint32_t flags) { return words_of(kPoolFlags, flags); }
Words pwq_flag_words(uint32_t flags) { return words_of(kPwqFlags, flags); }
Words worker_flag_words(uint32_t flags) { return words_of(kWorkerFlags, flags); }
Words task_flag_words(uint32_t flags) { return words_of(kTaskFlags, flags); }
Words cpu_flag_words(uint32_t flags) { return words_of(kCpuFlags, flags); }

Words wq_flag_words(uint32_t flags)
{
    Words words;
    for (const FlagName& entry : flag_names())
        if (flags & entry.flag)
            words.push_back(entry.name);
    add(words, kWqStates, flags);
    return words;
}

std::string_view wq_type_name(uint32_t flags)
{
    if (flags & WQLAB_WQ_BH)
        return "bh";
    if (flags & WQLAB_WQ_UNBOUND)
        return flags & WQLAB_WQ_ORDERED ? "ordered" : "unbound";
    return "percpu";
}

Words wq_further_words(uint32_t flags)
{
    const std::string_view type = wq_type_name(flags);
    Words words = wq_flag_words(flags);
    std::erase_if(words, [&](std::string_view word) {
        return word == type || (word == "unbound" && type == "ordered") || word == "percpu";
    });
    return words;
}

std::string_view work_state_name(uint32_t state)
{
    switch (state) {
    case WQLAB_WORK_PENDING: return "pending";
    case WQLAB_WORK_SCHEDULED: return "scheduled";
    case WQLAB_WORK_INACTIVE: return "inactive";
    default: return "unknown";
    }
}

std::string_view flusher_state_name(uint32_t state)
{
    switch (state) {
    case WQLAB_FLUSHER_FIRST: return "first";
    case WQLAB_FLUSHER_QUEUED: return "queued";
    case WQLAB_FLUSHER_OVERFLOW: return "overflow";
    default: return "unknown";
    }
}

std::string_view pwq_stat_name(uint32_t stat)
{
    constexpr std::array<std::string_view, WQLAB_PWQ_STATS> names = {
        "started", "completed", "cpu_time_us", "cpu_intensive", "cm_wakeup", "repatriated", "mayday", "rescued",
    };
    return stat < names.size() ? names[stat] : "unknown";
}

std::string join(const Words& words, std::string_view between)
{
    std::string text;
    for (const std::string_view word : words) {
        if (!text.empty())
            text += between;
        text += word;
    }
    return text;
}

}  // namespace wqctl
