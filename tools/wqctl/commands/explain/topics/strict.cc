// SPDX-License-Identifier: GPL-2.0
#include <fmt/core.h>

#include "commands/explain/experiment.hh"
#include "commands/explain/judge.hh"

namespace wqctl {

void explain_strict(Bench& bench, Explanation& e)
{
    e.answer =
        "The items of a pod are always served by the pod's pool. Without affinity_strict its workers may run on all "
        "CPUs of "
        "the workqueue: they are woken inside the pod, but the scheduler may move them out, and one that was out is "
        "brought "
        "back when it is woken again (the counter \"repatriated\"). With affinity_strict they may not leave the pod.";
    e.because = {
        {"pool_allowed_cpus", "__pod_cpumask when strict, else the workqueue's cpumask"},
        {"kick_pool", "sets wake_cpu of a worker that is outside of its pod, and counts PWQ_STAT_REPATRIATED"},
    };

    const int nice = bench.private_nice();
    const Snapshot machine = bench.look();
    const CpuList cpus = common(machine.cpus(machine.head.online_cpus), machine.cpus(machine.head.unbound_cpus));
    if (cpus.size() < 2)
        throw Skip{"all pods are the same with less than two CPUs for unbound workqueues"};
    const uint32_t cpu = cpus.back();

    std::vector<WorkqueueSpec> workqueues = {unbound("loose", nice, "cpu"), unbound("strict", nice, "cpu")};
    workqueues[1].strict = true;
    Load load(bench, workqueues, {sleepers("loose", 1, {cpu}), sleepers("strict", 1, {cpu})});
    load.start();
    const Snapshot seen = bench.await([&](const Snapshot& s) {
        return executing(s, load.in(s, 0)).size() == 1 && executing(s, load.in(s, 1)).size() == 1;
    });

    e.done.push_back(fmt::format(
        "Created two unbound workqueues with the affinity scope cpu, one of them strict, and queued an item "
        "that sleeps on each, from CPU {}.",
        cpu));
    e.before = "loose";
    e.after = "strict";
    CpuList pods[2], allowed[2];
    for (size_t i = 0; i < 2; i++) {
        const auto workers = executing(seen, load.in(seen, i));
        if (workers.size() != 1)
            continue;
        if (const wqlab_snap_pool* pool = seen.pool(workers.front().pool))
            pods[i] = seen.cpus(pool->pod_cpus);
        allowed[i] = seen.cpus(workers.front().cpus);
    }
    e.see("the pod of the pool that has the item", format_cpu_list(pods[0]), format_cpu_list(pods[1]));
    e.see("the CPUs where its worker may run", format_cpu_list(allowed[0]), format_cpu_list(allowed[1]));
    e.state(pods[0] == CpuList{cpu} && pods[1] == CpuList{cpu},
            "Both items are in the pool of the CPU that queued them.");
    e.state(allowed[1] == CpuList{cpu}, "The strict pool's worker may run on that CPU only.");
    const CpuList all = seen.cpus(seen.workqueues[load.in(seen, 0)].effective_cpus);
    e.state(!allowed[0].empty() && allowed[0] == all, "The other pool's worker may run on all CPUs of its workqueue.");
    load.stop();
}

}  // namespace wqctl
