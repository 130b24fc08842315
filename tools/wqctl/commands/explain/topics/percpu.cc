// SPDX-License-Identifier: GPL-2.0
#include <algorithm>

#include <fmt/core.h>

#include "commands/explain/experiment.hh"
#include "commands/explain/judge.hh"

namespace wqctl {

namespace {

// The pools of these that each CPU has exactly one of.
bool one_for_each(const Snapshot& snapshot, bool bh, int32_t nice)
{
    CpuList cpus;
    for (const wqlab_snap_pool& pool : snapshot.pools)
        if (pool.cpu >= 0 && is_bh(pool) == bh && pool.nice == nice)
            cpus.push_back(static_cast<uint32_t>(pool.cpu));
    std::sort(cpus.begin(), cpus.end());
    return cpus == snapshot.cpus(snapshot.head.possible_cpus);
}

bool belongs(const Snapshot& snapshot, uint32_t workqueue)
{
    const wqlab_snap_workqueue& row = snapshot.workqueues[workqueue];
    const int32_t nice = row.flags & WQLAB_WQ_HIGHPRI ? -20 : 0;
    const auto rows = snapshot.cpu_pwqs_of(workqueue);
    return !rows.empty() && std::all_of(rows.begin(), rows.end(), [&](const wqlab_snap_cpu_pwq& at) {
        const wqlab_snap_pool* pool = snapshot.pool(at.pool);
        return pool && pool->cpu == static_cast<int32_t>(at.cpu) && pool->nice == nice &&
               is_bh(*pool) == ((row.flags & WQLAB_WQ_BH) != 0);
    });
}

}  // namespace

void explain_percpu(Bench& bench, Explanation& e)
{
    e.answer =
        "Two for each possible CPU, one of nice 0 and one of nice -20 (WQ_HIGHPRI), and the same again for BH. They "
        "are "
        "static per-CPU variables: nothing creates another one, however many workqueues there are and whatever their "
        "flags. Every per-CPU workqueue of the machine shares them, so the items of all of them meet there.";
    e.because = {
        {"alloc_and_link_pwqs",
         "takes a pool of cpu_worker_pools, or with WQ_BH of bh_worker_pools: per-CPU arrays of two"},
        {"workqueue_init_early", "initialises them for each possible CPU with nice 0 and HIGHPRI_NICE_LEVEL"},
        {"get_unbound_pool", "the only place that makes a pool, and never a per-CPU one"},
    };

    const Snapshot before = bench.look();
    const bool has_bh = !(bench.info().lacks & WQLAB_LACK_BH);
    const uint32_t flags[] = {0,
                              WQLAB_WQ_HIGHPRI,
                              WQLAB_WQ_CPU_INTENSIVE,
                              WQLAB_WQ_FREEZABLE,
                              WQLAB_WQ_MEM_RECLAIM,
                              WQLAB_WQ_MEM_RECLAIM | WQLAB_WQ_HIGHPRI,
                              WQLAB_WQ_BH,
                              WQLAB_WQ_BH | WQLAB_WQ_HIGHPRI};
    std::vector<WorkqueueSpec> workqueues;
    for (const uint32_t each : flags)
        if (has_bh || !(each & WQLAB_WQ_BH))
            workqueues.push_back(own(fmt::format("percpu{}", workqueues.size()), each));
    const size_t count = workqueues.size();
    const Load load(bench, workqueues);
    const Snapshot after = bench.look();

    const size_t possible = after.cpus(after.head.possible_cpus).size();
    e.done.push_back(fmt::format("Created {} more workqueues: per-CPU ones of all kinds{}.", count,
                                 has_bh ? ", and two of BH" : ""));
    e.see("possible CPUs", possible, possible);
    e.see("per-CPU pools", pool_ids(before, is_percpu).size(), pool_ids(after, is_percpu).size());
    if (has_bh)
        e.see("BH pools", pool_ids(before, is_bh).size(), pool_ids(after, is_bh).size());

    for (const bool bh : has_bh ? std::vector{false, true} : std::vector{false})
        e.state(one_for_each(after, bh, 0) && one_for_each(after, bh, -20) &&
                    pool_ids(after, bh ? is_bh : is_percpu).size() == 2 * possible,
                fmt::format("Each of the {} possible CPUs has one {} of nice 0, one of nice -20, and no other.",
                            possible, bh ? "BH pool" : "per-CPU pool"));
    const auto bound = [](const wqlab_snap_pool& pool) { return pool.cpu >= 0; };
    e.state(pool_ids(before, bound) == pool_ids(after, bound), fmt::format("{} more workqueues made none.", count));
    bool all = true;
    for (size_t i = 0; i < count; i++)
        all &= belongs(after, load.in(after, i));
    e.state(all, "Each of them uses its CPU's pool of its priority, with WQ_BH a BH pool.");
}

}  // namespace wqctl
