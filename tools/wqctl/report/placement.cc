// SPDX-License-Identifier: GPL-2.0
#include "report/placement.hh"

namespace wqctl {

namespace {

bool is_unbound(const WorkqueueReport& workqueue, const Topology& topology)
{
    const auto named = [&workqueue](std::string_view part) { return workqueue.system.find(part) != std::string::npos; };
    if (workqueue.flags & (WQLAB_WQ_UNBOUND | WQLAB_WQ_ORDERED) || named("unbound") || named("dfl"))
        return true;
    return topology.power_efficient && (workqueue.flags & WQLAB_WQ_POWER_EFFICIENT || named("power_efficient"));
}

}  // namespace

std::string effective_scope(const WorkqueueReport& workqueue, const Topology& topology)
{
    if (!is_unbound(workqueue, topology))
        return "cpu";
    // An ordered workqueue has one pool for all CPUs, whatever its scope says.
    if (workqueue.flags & WQLAB_WQ_ORDERED)
        return "system";
    return workqueue.attributes.scope.value_or(topology.default_scope);
}

void judge_placement(WorkqueueReport& workqueue, const Topology& topology)
{
    workqueue.scope = effective_scope(workqueue, topology);
    workqueue.off_cpu = 0;
    workqueue.off_scope = 0;
    for (const Flow& flow : workqueue.flows) {
        if (flow.from == flow.to)
            continue;
        workqueue.off_cpu += flow.count;
        const auto from = topology.pod(flow.from, workqueue.scope);
        const auto to = topology.pod(flow.to, workqueue.scope);
        if (!from || !to)
            workqueue.off_scope.reset();
        else if (workqueue.off_scope && from != to)
            *workqueue.off_scope += flow.count;
    }
}

}  // namespace wqctl
