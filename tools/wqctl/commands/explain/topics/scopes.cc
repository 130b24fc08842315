// SPDX-License-Identifier: GPL-2.0
#include <fmt/core.h>

#include "commands/explain/experiment.hh"
#include "commands/explain/judge.hh"

namespace wqctl {

namespace {

std::set<CpuList> masks_of(const Snapshot& snapshot, const Ids& pools)
{
    std::set<CpuList> masks;
    for (const int32_t id : pools)
        masks.insert(snapshot.cpus(snapshot.pool(id)->pod_cpus));
    return masks;
}

// For each CPU, the pool's pod has the CPU in it, unless it makes do with all.
bool each_cpu_in_its_pod(const Snapshot& snapshot, uint32_t workqueue, const CpuList& cpus)
{
    for (const uint32_t cpu : common(cpus, snapshot.cpus(snapshot.head.online_cpus))) {
        const wqlab_snap_pool* pool = pool_for(snapshot, workqueue, cpu);
        if (!pool || common(snapshot.cpus(pool->pod_cpus), {cpu}).empty())
            return false;
    }
    return true;
}

}  // namespace

void explain_scopes(Bench& bench, Explanation& e)
{
    e.answer =
        "For each pod, and the workqueue's affinity scope says what a pod is: a CPU, the threads of a core, the CPUs "
        "that "
        "share a last-level cache or a shard of it, a node, or the whole system. Besides there is the default pool for "
        "all the workqueue's CPUs, which takes over when a pod can't be served; a pod of all CPUs shares it. So the "
        "scope numa gives a pool for each node, and the scope cpu one for each CPU.";
    e.because = {
        {"apply_wqattrs_prepare", "makes dfl_pwq for all CPUs, then for each possible CPU a pwq for its pod"},
        {"wq_calc_pod_cpumask", "cuts the workqueue's CPUs to the pod of this CPU"},
        {"wqattrs_pod_type", "takes wq_affn_dfl for the scope \"default\""},
    };
    e.before = "pods";
    e.after = "pools";

    const int nice = bench.private_nice();
    const Snapshot machine = bench.look();
    std::vector<WorkqueueSpec> workqueues;
    for (const wqlab_snap_scope& scope : machine.scopes)
        workqueues.push_back(unbound(machine.string(scope.name), nice, machine.string(scope.name)));
    if (workqueues.empty())
        throw Skip{"the snapshot has no affinity scopes"};
    workqueues.push_back(unbound("dfl", nice, "default"));
    const Load load(bench, workqueues);

    // The pools of a workqueue's attributes of a moment ago go a little later.
    const auto expected = [&](const Snapshot& seen, size_t i) {
        const wqlab_snap_scope* scope = i < seen.scopes.size() ? &seen.scopes[i] : seen.default_scope();
        return pool_masks(seen, scope->type, seen.cpus(seen.workqueues[load.in(seen, i)].effective_cpus));
    };
    const auto fits = [&](const Snapshot& seen, size_t i) {
        const Ids pools = pools_of(seen, load.in(seen, i));
        const std::set<CpuList> masks = expected(seen, i);
        return pools.size() == masks.size() && masks_of(seen, pools) == masks;
    };
    const Snapshot seen = bench.await([&](const Snapshot& snapshot) {
        bool all = true;
        for (size_t i = 0; i < workqueues.size(); i++)
            all &= fits(snapshot, i);
        return all;
    });

    e.done.push_back(
        fmt::format("Created an unbound workqueue for each affinity scope, all with nice {}, which no pool had, "
                    "and counted the pools that its pool_workqueues point to.",
                    nice));
    for (size_t i = 0; i < seen.scopes.size(); i++) {
        const wqlab_snap_scope& scope = seen.scopes[i];
        const uint32_t workqueue = load.in(seen, i);
        const std::string name = seen.string(scope.name);
        const size_t pools = pools_of(seen, workqueue).size();
        e.see(fmt::format("scope {}{}", name, scope.is_default ? " (the default)" : ""), scope.nr_pods, pools);
        e.state(fits(seen, i) &&
                    each_cpu_in_its_pod(seen, workqueue, seen.cpus(seen.workqueues[workqueue].effective_cpus)),
                fmt::format("Scope {}: {}{}.", name,
                            scope.nr_pods == 1 ? "one pod, one pool"
                                               : fmt::format("{} pods, a pool for each", scope.nr_pods),
                            pools > scope.nr_pods ? ", and the default pool" : ""));
    }
    const std::string kernels = seen.default_scope() ? seen.string(seen.default_scope()->name) : "?";
    e.state(seen.default_scope() && fits(seen, workqueues.size() - 1),
            fmt::format("The scope \"default\" is {} here.", kernels));
}

}  // namespace wqctl
