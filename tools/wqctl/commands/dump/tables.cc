// SPDX-License-Identifier: GPL-2.0
// The sections that are one table each.
#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "commands/dump/render.hh"
#include "term/lines.hh"
#include "term/table.hh"
#include "snapshot/names.hh"
#include "snapshot/scheduling.hh"
#include "snapshot/worker_state.hh"
#include "text/printable.hh"

namespace wqctl {

namespace {

using enum Table::Align;

std::string unless_zero(int64_t value) { return value ? std::to_string(value) : ""; }

std::string time_text(uint64_t ns, const Style& style)
{
    return ns == WQLAB_NEVER ? "" : human_time(ns, style.charset);
}

std::string signed_time(int64_t ns, const Style& style)
{
    if (ns >= 0)
        return human_time(static_cast<uint64_t>(ns), style.charset);
    return "overdue " + human_time(-static_cast<uint64_t>(ns), style.charset);
}

std::string cpus_text(const Snapshot& snapshot, uint32_t mask)
{
    if (!snapshot.has_mask(mask))
        return "";
    const std::string text = format_cpu_list(snapshot.cpus(mask));
    return text.empty() ? "none" : text;
}

std::string section(std::string_view title, const Style& style, const std::string& body, const Dump& dump)
{
    return style.bold(title) + "\n" +
           (body.empty() ? none_line(dump.selection.filtered ? "none selected" : "none") : body);
}

}  // namespace

std::string render_pools(const Dump& dump, const Style& style)
{
    const Snapshot& s = dump.snapshot;
    Table table;
    table.column("pool");
    table.column("CPUs", kLeft);
    table.column("kind", kLeft);
    table.column("nice");
    table.column("idle/workers");
    table.column("running");
    table.column("pending");
    table.column("busy");
    table.column("refs");
    table.column("no progress for");
    table.column("pod CPUs", kLeft);
    table.column("node");
    table.column("manager");
    table.column("mayday in");
    for (const wqlab_snap_pool* pool : dump.selection.pools) {
        const std::string cpus = cpus_text(s, Snapshot::allowed_cpus(*pool));
        const std::string pod = cpus_text(s, pool->pod_cpus);
        // A bound pool's masks and node say its CPU again.
        const bool bound = pool->cpu >= 0;
        Words kind = pool_flag_words(unusual_flags(*pool) & ~uint32_t{WQLAB_POOL_MANAGER_ACTIVE});
        if (!bound)
            kind.insert(kind.begin(), "unbound");
        else if (!(pool->flags & WQLAB_POOL_BH))
            kind.insert(kind.begin(), "percpu");
        table.row({std::to_string(pool->id), bound ? std::to_string(pool->cpu) : cpus, join(kind),
                   std::to_string(pool->nice), fmt::format("{}/{}", pool->nr_idle, pool->nr_workers),
                   bound ? std::to_string(pool->nr_running) : "-", unless_zero(pool->nr_pending),
                   unless_zero(pool->nr_busy), std::to_string(pool->refcnt), time_text(pool->since_progress_ns, style),
                   bound || pod == cpus ? "" : pod, bound || pool->node < 0 ? "" : std::to_string(pool->node),
                   unless_zero(pool->manager), time_text(pool->mayday_timer_ns, style)});
    }
    return section("worker pools", style, dump.selection.pools.empty() ? "" : table.render(style), dump);
}

std::string render_workqueues(const Dump& dump, const Style& style)
{
    const Snapshot& s = dump.snapshot;
    const WorkqueueLabels labels(s);
    Table table;
    table.column("workqueue", kLeft);
    table.column("type", kLeft);
    table.column("scope", kLeft);
    table.column("nice");
    table.column("max", kRight, "active");
    table.column("min", kRight, "active");
    table.column("CPUs", kLeft);
    table.column("flags", kLeft);
    table.column("drainers");
    table.column("pool of each CPU", kLeft);
    table.column("default");
    table.column("symbol", kLeft);
    for (const wqlab_snap_workqueue* wq : dump.selection.workqueues) {
        const bool unbound = wq->flags & WQLAB_WQ_UNBOUND;
        const wqlab_snap_pwq* dfl = s.pwq(wq->dfl_pwq);
        const uint32_t index = s.index_of(*wq);
        const std::string symbol = wq->symbol == WQLAB_NONE ? "" : printable(s.string(wq->symbol));
        table.row({labels[index], std::string(wq_type_name(wq->flags)), scope_text(s, *wq), std::to_string(wq->nice),
                   wq->max_active == INT32_MAX ? "-" : std::to_string(wq->max_active),
                   unbound && wq->min_active >= 0 ? std::to_string(wq->min_active) : "",
                   cpus_text(s, unbound ? s.effective_cpus(*wq) : WQLAB_NONE), join(wq_further_words(wq->flags)),
                   unless_zero(wq->nr_drainers), pool_runs_text(pool_runs(entries_of(dump.selection, index))),
                   dfl ? std::to_string(dfl->pool) : "",
                   labels[index] == printable(s.string(wq->name)) ? symbol : ""});  // else the label has it
    }
    return section("workqueues", style, dump.selection.workqueues.empty() ? "" : table.render(style), dump);
}

std::string render_rescuers(const Dump& dump, const Style& style)
{
    const Snapshot& s = dump.snapshot;
    const WorkqueueLabels labels(s);
    Table table;
    table.column("workqueue", kLeft);
    table.column("pid");
    table.column("CPUs", kLeft);
    table.column("state", kLeft);
    table.column("waiting for it", kLeft);
    table.column("rescued so far");
    bool any = false;
    for (const wqlab_snap_workqueue* wq : dump.selection.workqueues) {
        if (!wq->rescuer_pid)
            continue;
        any = true;
        std::string waiting;
        uint64_t rescued = 0;
        for (const wqlab_snap_pwq& pwq : s.pwqs_of(*wq)) {
            if (pwq.flags & WQLAB_PWQ_MAYDAY)
                waiting += fmt::format("{}{}", waiting.empty() ? "pool " : ", ", pwq.pool);
            if (pwq.stats[WQLAB_PWQ_STAT_RESCUED] != WQLAB_NEVER)
                rescued += pwq.stats[WQLAB_PWQ_STAT_RESCUED];
        }
        if (waiting.empty() && wq->nr_maydays)
            waiting = fmt::format("{} pools", wq->nr_maydays);
        table.row({labels[s.index_of(*wq)], std::to_string(wq->rescuer_pid), cpus_text(s, wq->rescuer_cpus),
                   wq->rescuer_pool < 0 ? "idle" : fmt::format("works on pool {}", wq->rescuer_pool), waiting,
                   unless_zero(static_cast<int64_t>(rescued))});
    }
    return section("rescuers", style, any ? table.render(style) : "", dump);
}

std::string render_nodes(const Dump& dump, const Style& style)
{
    const Snapshot& s = dump.snapshot;
    const WorkqueueLabels labels(s);
    std::string text;
    std::vector<std::string> nodes;
    for (const wqlab_snap_node& node : s.nodes)
        nodes.push_back(fmt::format("node {}: {}", node.node, cpus_text(s, node.cpus)));
    if (!nodes.empty())
        text += fold_entries("CPUs  ", nodes, style.width) + "\n";
    // Nodes that some workqueue has a count for, the default last.
    std::map<int32_t, std::map<uint32_t, const wqlab_snap_node_active*>> columns;
    for (const wqlab_snap_node_active* entry : dump.selection.node_active)
        columns[entry->node][entry->workqueue] = entry;
    Table table;
    table.column("workqueue", kLeft);
    table.column("min");
    table.column("max");
    for (const auto& [node, entries] : columns)
        if (node >= 0)
            table.column(fmt::format("node {}", node), kRight, "active/max on each node");
    table.column("default", kRight, "active/max on each node");
    bool any = false;
    for (const wqlab_snap_workqueue* wq : dump.selection.workqueues) {
        if (!(wq->flags & WQLAB_WQ_UNBOUND))
            continue;
        any = true;
        const auto cell = [&](const std::map<uint32_t, const wqlab_snap_node_active*>& entries) -> std::string {
            const auto found = entries.find(s.index_of(*wq));
            if (found == entries.end())
                return "-";
            const wqlab_snap_node_active& entry = *found->second;
            return fmt::format("{}/{}{}", entry.nr, entry.max,
                               entry.nr_pending_pwqs ? fmt::format(" +{} waiting", entry.nr_pending_pwqs) : "");
        };
        std::vector<std::string> row = {labels[s.index_of(*wq)], std::to_string(wq->min_active),
                                        std::to_string(wq->max_active)};
        for (const auto& [node, entries] : columns)
            if (node >= 0)
                row.push_back(cell(entries));
        row.push_back(columns.contains(-1) ? cell(columns[-1]) : "-");
        table.row(std::move(row));
    }
    return section("unbound workqueues on each node", style, any ? text + table.render(style) : "", dump);
}

std::string render_timers(const Dump& dump, const Style& style)
{
    const Snapshot& s = dump.snapshot;
    const WorkqueueLabels labels(s);
    Table table;
    table.column("due in");
    table.column("function", kLeft);
    table.column("workqueue", kLeft);
    table.column("CPU", kLeft);
    table.column("timer on", kLeft);
    table.column("to pool");
    for (const wqlab_snap_timer* timer : dump.selection.timers) {
        const int32_t pool = pool_of(s, *timer);
        table.row({signed_time(timer->due_ns, style), printable(s.string(timer->function)), labels[timer->workqueue],
                   timer->cpu < 0 ? "any" : std::to_string(timer->cpu),
                   fmt::format("CPU {}{}{}", timer->timer_cpu, timer->cpu_online ? "" : ", OFFLINE",
                               timer->deferrable ? ", deferrable" : ""),
                   pool < 0 ? "?" : std::to_string(pool)});
    }
    return section("delayed works on timers", style, dump.selection.timers.empty() ? "" : table.render(style), dump);
}

std::string render_cpus(const Dump& dump, const Style& style)
{
    const Snapshot& s = dump.snapshot;
    Table table;
    table.column("CPU");
    table.column("task", kLeft);
    table.column("pid");
    table.column("policy", kLeft);
    table.column("for");
    table.column("runnable");
    table.column("ksoftirqd", kLeft);
    for (const wqlab_snap_runqueue* rq : dump.selection.runqueues) {
        const wqlab_snap_task* task = s.task(rq->pid);
        const wqlab_snap_task* softirqs = s.task(rq->ksoftirqd);
        const bool waits = softirqs && !(softirqs->flags & WQLAB_TASK_SLEEPING);
        std::string who = task ? printable(s.string(task->command)) : rq->flags & WQLAB_RQ_IDLE ? "idle" : "?";
        if (!(rq->flags & WQLAB_RQ_ONLINE))
            who = "OFFLINE";
        else if (!(rq->flags & WQLAB_RQ_ACTIVE))
            who += ", going OFFLINE";
        table.row({std::to_string(rq->cpu), who, unless_zero(rq->pid), task ? scheduling_text(*task) : "",
                   task ? time_text(task->since_ns, style) : "", unless_zero(rq->nr_running),
                   waits ? fmt::format("{} {}", worker_state_name(task_state(softirqs->flags)),
                                       time_text(softirqs->since_ns, style))
                         : ""});
    }
    return section("who has each CPU", style, dump.selection.runqueues.empty() ? "" : table.render(style), dump);
}

std::string render_hogs(const Dump& dump, const Style& style)
{
    Table table;
    table.column("times");
    table.column("function", kLeft);
    for (const wqlab_snap_hog* hog : dump.selection.hogs)
        table.row({grouped(hog->count), printable(dump.snapshot.string(hog->function))});
    return section(fmt::format("functions that hogged a CPU for more than {}",
                               human_time(dump.snapshot.head.cpu_intensive_thresh_us * 1000, style.charset)),
                   style, dump.selection.hogs.empty() ? "" : table.render(style), dump);
}

}  // namespace wqctl
