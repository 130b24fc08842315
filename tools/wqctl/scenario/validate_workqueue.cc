// SPDX-License-Identifier: GPL-2.0
#include "scenario/rules.hh"

#include <algorithm>

#include "text/names.hh"
#include "text/nearest.hh"

namespace wqctl::rules {

namespace {

bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.' || c == ':' || c == '+' || c == '=';
}

void check_name(const WorkqueueSpec& wq)
{
    constexpr size_t most = WQLAB_NAME_LEN - 1;
    if (wq.name.empty())
        refuse(wq, "name", "is empty", "give it a name");
    if (wq.name.size() > most)
        refuse(wq, "name", fmt::format("has {} characters", wq.name.size()), fmt::format("use {} at most", most));
    if (!std::all_of(wq.name.begin(), wq.name.end(), is_name_character))
        refuse(wq, "name", "has a character that a name cannot have", "use letters, digits and _ - . : + =");
}

void check_system(const WorkqueueSpec& wq, const Info* info)
{
    const auto own = [&](bool given, std::string_view key) {
        if (given)
            refuse(wq, key, fmt::format("does not go with the system workqueue {}, which is shared as it is", wq.system),
                   fmt::format("leave {} out, or make an own workqueue", wq.origin.name(key)));
    };
    own(wq.flags & WQLAB_WQ_ORDERED, "ordered");
    own(wq.flags, "flags");
    own(wq.max_active.has_value(), "max_active");
    own(wq.scope.has_value(), "scope");
    own(wq.strict, "strict");
    own(wq.nice.has_value(), "nice");
    own(wq.cpumask.has_value(), "cpumask");
    if (!info)
        return;
    const auto& known = info->system_workqueues;
    if (std::find(known.begin(), known.end(), wq.system) != known.end())
        return;
    std::vector<std::string> names;
    for (const std::string& name : known)
        names.push_back(short_system_name(name));
    refuse(wq, "system", fmt::format("names {}, which this kernel does not have", wq.system),
           fmt::format("it has {}", enumerate(names)));
}

void check_bh(const WorkqueueSpec& wq, const Info* info)
{
    if (wq.max_active && *wq.max_active != 0)
        refuse(wq, "max_active", "does not go with bh: a CPU runs its BH items one after the other",
               fmt::format("leave {} out", wq.origin.name("max_active")));
    uint32_t allowed = WQLAB_WQ_BH | WQLAB_WQ_HIGHPRI;
    // Whether percpu may stand beside it depends on the kernel.
    if (!info || info->has(WQLAB_FEATURE_BH_PERCPU))
        allowed |= WQLAB_WQ_PERCPU;
    if (const uint32_t excess = wq.flags & ~allowed)
        refuse(wq, "flags", fmt::format("{} not go with bh", does(flags_to_names(excess))),
               allowed & WQLAB_WQ_PERCPU ? "only highpri and, where the kernel has it, percpu do"
                                         : "on this kernel only highpri does");
}

void check_ordered(const WorkqueueSpec& wq, const Info* info)
{
    if (wq.flags & WQLAB_WQ_PERCPU)
        refuse(wq, "flags", "make the workqueue both ordered and percpu, but an ordered one is unbound",
               "leave one of them out");
    if (wq.max_active.value_or(1) > 1)
        refuse(wq, "max_active", fmt::format("is {}, but an ordered workqueue runs one item at a time", *wq.max_active),
               fmt::format("leave {} out", wq.origin.name("max_active")));
    if (!info || info->has(WQLAB_FEATURE_ORDERED_SYSFS))
        return;
    const auto needs_sysfs = [&](bool given, std::string_view key) {
        if (given)
            refuse(wq, key, "needs WQ_SYSFS, which this kernel does not give to ordered workqueues",
                   "leave it out, or use an unbound workqueue with max_active 1");
    };
    needs_sysfs(wq.scope.has_value(), "scope");
    needs_sysfs(wq.strict, "strict");
    needs_sysfs(wq.nice.has_value(), "nice");
    needs_sysfs(wq.cpumask.has_value(), "cpumask");
    needs_sysfs(wq.flags & WQLAB_WQ_SYSFS, "flags");
}

void check_attributes(const WorkqueueSpec& wq, const Topology& topology)
{
    const bool is_bh = wq.flags & WQLAB_WQ_BH;
    const bool unbound = !is_bh && (wq.flags & (WQLAB_WQ_UNBOUND | WQLAB_WQ_ORDERED) ||
                                    (wq.flags & WQLAB_WQ_POWER_EFFICIENT && topology.power_efficient));
    const auto needs_unbound = [&](bool given, std::string_view key) {
        if (given && !unbound)
            refuse(wq, key, fmt::format("has no meaning for a {} workqueue", is_bh ? "BH" : "per-CPU"),
                   "make it unbound, or leave it out");
    };
    needs_unbound(wq.scope.has_value(), "scope");
    needs_unbound(wq.strict, "strict");
    needs_unbound(wq.nice.has_value(), "nice");
    needs_unbound(wq.cpumask.has_value(), "cpumask");
    if (wq.scope == "cache_shard" && topology.cache_shard_size == 0)
        refuse(wq, "scope", "is cache_shard, which this kernel does not have",
               "use default, cpu, smt, cache, numa or system");
    if (wq.nice && (*wq.nice < -20 || *wq.nice > 19))
        refuse(wq, "nice", fmt::format("is {}", *wq.nice), "use -20 (first) to 19 (last)");
    if (wq.cpumask)
        check_cpus(wq, "cpumask", *wq.cpumask, topology);
}

}  // namespace

void check_workqueue(const WorkqueueSpec& wq, const Topology& topology, const Info* info)
{
    check_name(wq);
    if (!wq.system.empty())
        return check_system(wq, info);
    // An ordered or a BH workqueue has stricter rules; say those first.
    if (wq.flags & WQLAB_WQ_BH)
        check_bh(wq, info);
    if (wq.flags & WQLAB_WQ_ORDERED)
        check_ordered(wq, info);
    if ((wq.flags & WQLAB_WQ_UNBOUND) && (wq.flags & WQLAB_WQ_PERCPU))
        refuse(wq, "flags", "have both unbound and percpu", "leave one of them out");
    check_attributes(wq, topology);
    if (!info)
        return;
    if (const uint32_t missing = wq.flags & ~(info->wq_flags | WQLAB_WQ_ORDERED))
        refuse(wq, "flags", fmt::format("have {}, which this kernel does not have", enumerate(flags_to_names(missing))),
               fmt::format("it has {}", enumerate(flags_to_names(info->wq_flags))));
    if (wq.max_active)
        check_limit(wq, "max_active", *wq.max_active, "max_active", info);
}

}  // namespace wqctl::rules
