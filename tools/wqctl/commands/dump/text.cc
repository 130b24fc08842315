// SPDX-License-Identifier: GPL-2.0
#include "commands/dump/render.hh"

#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "term/lines.hh"
#include "text/names.hh"
#include "text/printable.hh"
#include "snapshot/names.hh"

namespace wqctl {

namespace {

std::string cpus_or(const Snapshot& snapshot, uint32_t mask, std::string_view otherwise)
{
    const std::string text = snapshot.has_mask(mask) ? format_cpu_list(snapshot.cpus(mask)) : "";
    return text.empty() ? std::string(otherwise) : text;
}

// The pods of one node; single CPUs in a row are said at once.
void add_pods(const Snapshot& snapshot, const std::vector<const wqlab_snap_pod*>& pods,
              std::vector<std::string>& entries)
{
    for (size_t i = 0; i < pods.size();) {
        const CpuList first = snapshot.cpus(pods[i]->cpus);
        size_t end = i + 1;
        while (first.size() == 1 && end < pods.size() && pods[end]->pod == pods[end - 1]->pod + 1 &&
               snapshot.cpus(pods[end]->cpus) == CpuList{first.front() + static_cast<uint32_t>(end - i)})
            end++;
        if (end - i > 2) {
            entries.push_back(fmt::format("[{}-{}] each of {}-{}", pods[i]->pod, pods[end - 1]->pod, first.front(),
                                          first.front() + (end - i - 1)));
            i = end;
            continue;
        }
        entries.push_back(fmt::format("[{}] {}", pods[i]->pod, first.empty() ? "none" : format_cpu_list(first)));
        i++;
    }
}

// CPUs that the kernel puts in another pod than the pods' own CPUs say.
std::string strays(const Snapshot& snapshot, const wqlab_snap_scope& scope)
{
    std::map<uint32_t, int32_t> pod_of;
    for (const wqlab_snap_pod& pod : snapshot.pods)
        if (pod.scope == scope.type)
            for (const uint32_t cpu : snapshot.cpus(pod.cpus))
                pod_of[cpu] = static_cast<int32_t>(pod.pod);
    std::string text;
    for (const wqlab_snap_cpu_pod& entry : snapshot.cpu_pods) {
        const auto found = pod_of.find(entry.cpu);
        if (entry.scope == scope.type && (found == pod_of.end() || found->second != entry.pod))
            text += fmt::format("{}CPU {} -> [{}]", text.empty() ? "" : ", ", entry.cpu, entry.pod);
    }
    return text;
}

std::string footer(const Dump& dump, const Style& style)
{
    const wqlab_snap_head& head = dump.snapshot.head;
    std::string text = fmt::format("taken in {}", human_time(head.took_ns, style.charset));
    if (head.longest_hold_pool >= 0)
        text += fmt::format("; the longest that a pool's lock was held for it: {}, of pool {}",
                            human_time(head.longest_hold_ns, style.charset), head.longest_hold_pool);
    if (!dump.source.empty())
        text += "; source: " + dump.source;
    return wrap(text, style.width, "");
}

std::string headline(const Dump& dump, const Style& style)
{
    const Snapshot& s = dump.snapshot;
    const wqlab_snap_head& head = s.head;
    std::string text = style.bold(fmt::format("Linux {}", dump.kernel));
    text += fmt::format("  CPUs {} online of {}", cpus_or(s, head.online_cpus, "?"),
                        cpus_or(s, head.possible_cpus, "?"));
    const auto count = [&](size_t chosen, size_t all, std::string_view what) {
        if (all)
            text += chosen == all ? fmt::format(", {} {}", all, what) : fmt::format(", {} of {} {}", chosen, all, what);
    };
    count(dump.selection.pools.size(), s.pools.size(), "pools");
    count(dump.selection.workqueues.size(), s.workqueues.size(), "workqueues");
    if (head.watchdog_thresh == 0)
        text += ", watchdog off";
    else if (head.watchdog_thresh != WQLAB_NONE)
        text += fmt::format(", watchdog after {}s", head.watchdog_thresh);
    if (head.flags & WQLAB_STATE_FREEZING)
        text += ", workqueues are FROZEN";
    if (head.flags & WQLAB_STATE_FORCE_RR)
        text += ", unbound items go round-robin (debug_force_rr_cpu)";
    if (head.flags & WQLAB_STATE_UNLOCKED)
        text += ", read without locks";
    return wrap(text, style.width, "");
}

std::string lacking(const Dump& dump, const Style& style)
{
    std::string text;
    for (const View& view : dump.lacking)
        text += "\n" + hanging(style.bold(section_name(view.section)) + ": ",
                               view.lacks.empty() ? "this kernel or module can't show it"
                                                  : "this kernel lacks " + enumerate(view.lacks),
                               style.width);
    return text;
}

}  // namespace

std::string render_scopes(const Dump& dump, const Style& style)
{
    const Snapshot& s = dump.snapshot;
    if (s.scopes.empty())
        return style.bold("affinity scopes") + "\n" +
               wrap(fmt::format(
                        "unbound cpumask {}; scopes came with Linux 6.6: here an unbound workqueue has a pool for "
                        "each node",
                        cpus_or(s, s.head.unbound_cpus, "none")),
                    style.width, "");
    std::string masks = fmt::format("unbound cpumask {}, requested {}, isolated {}",
                                    cpus_or(s, s.head.unbound_cpus, "none"), cpus_or(s, s.head.requested_cpus, "?"),
                                    cpus_or(s, s.head.isolated_cpus, "none"));
    if (s.head.shard_size != WQLAB_NONE)
        masks += fmt::format("; a cache shard has {} cores", s.head.shard_size);
    std::string text = style.bold("affinity scopes") + "\n" + wrap(masks, style.width, "");
    size_t width = 0;
    for (const wqlab_snap_scope& scope : s.scopes)
        width = std::max(width, s.string(scope.name).size() + (scope.is_default ? 10 : 0));
    for (const wqlab_snap_scope& scope : s.scopes) {
        if (scope.type == 0)
            continue;  // "default" stands for another one
        std::map<int32_t, std::vector<const wqlab_snap_pod*>> nodes;
        for (const wqlab_snap_pod& pod : s.pods)
            if (pod.scope == scope.type)
                nodes[pod.node].push_back(&pod);
        std::vector<std::string> entries;
        for (const auto& [node, pods] : nodes) {
            const size_t first = entries.size();
            add_pods(s, pods, entries);
            if (node >= 0)
                entries[first].insert(0, style.dim(fmt::format("node {}: ", node)));
        }
        const std::string name = printable(s.string(scope.name)) + (scope.is_default ? " (default)" : "");
        text += fold_entries(
            fmt::format("{}  {:>3} {}  ", pad_right(name, width), scope.nr_pods, scope.nr_pods == 1 ? "pod " : "pods"),
            entries, style.width);
        if (const std::string odd = strays(s, scope); !odd.empty())
            text += hanging("  but ", odd, style.width);
    }
    return text;
}

std::string render_dump(const Dump& dump, const Style& style)
{
    std::string text = headline(dump, style);
    const auto section = [&](uint32_t which, std::string (*render)(const Dump&, const Style&)) {
        if (dump.sections & which)
            text += "\n" + render(dump, style);
    };
    section(WQLAB_SECTION_SCOPES, render_scopes);
    section(WQLAB_SECTION_POOLS, render_pools);
    section(WQLAB_SECTION_WORKQUEUES, render_workqueues);
    section(WQLAB_SECTION_RESCUERS, render_rescuers);
    section(WQLAB_SECTION_NODES, render_nodes);
    section(WQLAB_SECTION_WORK, render_work);
    if (dump.stacks)
        text += "\n" + render_stacks(*dump.stacks, style);
    section(WQLAB_SECTION_TIMERS, render_timers);
    section(WQLAB_SECTION_HOGS, render_hogs);
    section(WQLAB_SECTION_CPUS, render_cpus);
    return text + lacking(dump, style) + "\n" + footer(dump, style);
}

}  // namespace wqctl
