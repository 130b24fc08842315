// SPDX-License-Identifier: GPL-2.0
// From a CPU to a pool_workqueue and its pool.
#include <fmt/core.h>

#include "commands/where/parts.hh"
#include "snapshot/workqueue_labels.hh"

namespace wqctl {

namespace {

void say(WherePlace& place, std::string_view function, std::string text)
{
    place.reasons.push_back({function, std::move(text)});
}

void explain_bound(const WhereView& view, uint32_t cpu, const wqlab_snap_pool& pool, WherePlace& place)
{
    const bool highpri = view.wq.flags & WQLAB_WQ_HIGHPRI;
    if (view.is_bh())
        say(place, "alloc_and_link_pwqs()",
            fmt::format("WQ_BH{}: pool {}, the {}BH pool of CPU {}", highpri ? " and WQ_HIGHPRI" : "", pool.id,
                        highpri ? "high-priority " : "", cpu));
    else
        say(place, "alloc_and_link_pwqs()",
            fmt::format("per-CPU{}: pool {}, that of CPU {} with nice {}", highpri ? " and WQ_HIGHPRI" : "", pool.id,
                        cpu, pool.nice));
}

// The CPUs that the workqueue may use: its cpumask as far as wq_unbound_cpumask allows.
CpuList allowed_cpus(const WhereView& view)
{
    const CpuList both = common(view.snapshot.cpus(view.wq.cpus), view.unbound);
    return both.empty() ? view.unbound : both;
}

std::string pool_text(const WhereView& view, const wqlab_snap_pool& pool)
{
    if (view.goes_by_node())
        return fmt::format("pool {}: nice {}, CPUs {}", pool.id, pool.nice,
                           format_cpu_list(view.snapshot.cpus(pool.cpus)));
    const std::string pod = format_cpu_list(view.snapshot.cpus(pool.pod_cpus));
    if (pool.flags & WQLAB_POOL_STRICT)
        return fmt::format("pool {}: nice {}, strictly CPUs {}", pool.id, pool.nice, pod);
    const std::string all = format_cpu_list(view.snapshot.cpus(pool.cpus));
    return fmt::format("pool {}: nice {}, CPUs {}{}", pool.id, pool.nice, pod,
                       all == pod ? "" : fmt::format(" out of {}", all));
}

void explain_ordered(const WhereView& view, const wqlab_snap_pool& pool, WherePlace& place)
{
    say(place, "apply_wqattrs_prepare()", "ordered: one pool_workqueue, the newest, for every CPU");
    say(place, "get_unbound_pool()", pool_text(view, pool));
}

const wqlab_snap_pod* pod_of(const WhereView& view, uint32_t scope, uint32_t cpu)
{
    for (const wqlab_snap_cpu_pod& row : view.snapshot.cpu_pods) {
        if (row.scope != scope || row.cpu != cpu)
            continue;
        for (const wqlab_snap_pod& pod : view.snapshot.pods)
            if (pod.scope == scope && static_cast<int32_t>(pod.pod) == row.pod)
                return &pod;
    }
    return nullptr;
}

// Linux 6.5 and older. A workqueue whose cpumask has none of a node uses the default one, of all that is allowed.
void explain_by_node(const WhereView& view, uint32_t cpu, const wqlab_snap_pool& pool, WherePlace& place)
{
    for (const wqlab_snap_node& node : view.snapshot.nodes)
        if (contains(view.snapshot.cpus(node.cpus), cpu))
            say(place, "unbound_pwq_by_node()",
                fmt::format("the pool_workqueue of node {}, on which CPU {} is{}", node.node, cpu,
                            place.pwq == view.wq.dfl_pwq ? ": the default one, of all nodes" : ""));
    say(place, "get_unbound_pool()", pool_text(view, pool));
}

void explain_unbound(const WhereView& view, uint32_t cpu, const wqlab_snap_pool& pool, WherePlace& place)
{
    const Snapshot& snapshot = view.snapshot;
    const wqlab_snap_scope* own = snapshot.scope(view.wq.scope);
    const wqlab_snap_scope* scope = own ? own : snapshot.default_scope();
    const wqlab_snap_pod* pod = scope ? pod_of(view, scope->type, cpu) : nullptr;
    if (pod) {
        place.scope = scope->type;
        place.pod = static_cast<int32_t>(pod->pod);
        say(place, "wqattrs_pod_type()",
            fmt::format("scope {}{}: CPU {} is in pod {} ({})", snapshot.string(scope->name),
                        own ? "" : ", the default", cpu, pod->pod, format_cpu_list(snapshot.cpus(pod->cpus))));
        const CpuList allowed = allowed_cpus(view);
        const CpuList part = common(snapshot.cpus(pod->cpus), allowed);
        place.is_whole = common(part, view.online).empty();
        const CpuList& expected = place.is_whole ? allowed : part;
        if (place.is_whole)
            say(place, "wq_calc_pod_cpumask()",
                fmt::format("none of that is both allowed ({}) and online: all that is allowed",
                            format_cpu_list(allowed)));
        else if (part != snapshot.cpus(pod->cpus))
            say(place, "wq_calc_pod_cpumask()",
                fmt::format("of that, cpumask and wq_unbound_cpumask allow {}", format_cpu_list(part)));
        if (expected != snapshot.cpus(pool.pod_cpus))
            say(place, "unbound_wq_update_pwq()",
                fmt::format("CPU {} was not brought up to date: its pool is still for {}", cpu,
                            format_cpu_list(snapshot.cpus(pool.pod_cpus))));
    }
    say(place, "get_unbound_pool()", pool_text(view, pool));
}

}  // namespace

WherePlace place_of(const WhereView& view, uint32_t cpu)
{
    WherePlace place;
    place.chosen = {cpu};
    place.pwq = view.pwq_of(cpu);
    const wqlab_snap_pwq* pwq = view.snapshot.pwq(place.pwq);
    const wqlab_snap_pool* pool = pwq ? view.snapshot.pool(pwq->pool) : nullptr;
    if (!pool) {
        place.pwq = WQLAB_NONE;
        say(place, "__queue_work()", fmt::format("the pool_workqueue of CPU {} is not in the snapshot", cpu));
        return place;
    }
    place.pool = pool->id;
    if (!view.is_unbound())
        explain_bound(view, cpu, *pool, place);
    else if (view.is_ordered())
        explain_ordered(view, *pool, place);
    else if (view.goes_by_node())
        explain_by_node(view, cpu, *pool, place);
    else
        explain_unbound(view, cpu, *pool, place);
    return place;
}

void follow_item(const WhereView& view, WherePlace& place)
{
    const wqlab_snap_worker* worker = view.running;
    if (!worker) {
        if (view.question.work || !view.question.function.empty())
            say(place, "find_worker_executing_work()", "the item does not run now, so it may go anywhere");
        return;
    }
    const std::string who = view.name_of(*worker);
    if (worker->pool == place.pool)
        return;  // find_runner() tells
    if (view.is_ordered()) {
        say(place, "__queue_work()",
            fmt::format("the item still runs on pool {} ({}), but the order of the workqueue keeps them apart",
                        worker->pool, who));
        return;
    }
    const wqlab_snap_workqueue* other = view.snapshot.workqueue(worker->workqueue);
    if (other != &view.wq) {
        say(place, "__queue_work()",
            fmt::format(
                "the item still runs on pool {} ({}), but for the workqueue {}: that is no reason to go there, and "
                "it may run twice at once",
                worker->pool, who, WorkqueueLabels(view.snapshot)[worker->workqueue]));
        return;
    }
    say(place, "__queue_work()",
        fmt::format("the item still runs on pool {} ({}): it goes there instead, so that it never runs twice at once",
                    worker->pool, who));
    place.pool = worker->pool;
    place.pwq = worker->pwq;
    place.follows_item = true;
    place.is_whole = false;
    place.scope.reset();
    place.pod.reset();
}

}  // namespace wqctl
