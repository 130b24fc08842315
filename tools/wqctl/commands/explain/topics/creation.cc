// SPDX-License-Identifier: GPL-2.0
#include <fmt/core.h>

#include "commands/explain/experiment.hh"
#include "commands/explain/judge.hh"
#include "system/files.hh"

namespace wqctl {

namespace {

// What came with a workqueue that was not there before.
struct Made {
    Ids pools;
    Ids workers;  // in any of the pools that the workqueue uses
};

Made made_for(const Snapshot& before, const Snapshot& after, uint32_t workqueue)
{
    const Ids pools = pools_of(after, workqueue);
    return {minus(pools, pool_ids(before)), minus(worker_pids(after, pools), worker_pids(before, pools))};
}

// Others use the per-CPU pools, too, and may need a worker just now. If the
// workqueue made one it would each time.
Made made_for_percpu(Bench& bench, Explanation& e)
{
    constexpr int kAttempts = 5;
    Made made;
    for (int attempt = 0; attempt < kAttempts; attempt++) {
        const Snapshot before = bench.look();
        const Load load(bench, {own("percpu")});
        const Snapshot after = bench.look();
        const uint32_t workqueue = load.in(after);
        made = made_for(before, after, workqueue);
        if (made.pools.empty() && made.workers.empty()) {
            e.see("pool_workqueues of the per-CPU workqueue", 0, after.workqueues[workqueue].nr_pwqs);
            const size_t possible = after.cpus(after.head.possible_cpus).size();
            e.state(
                after.workqueues[workqueue].nr_pwqs == possible,
                fmt::format("A per-CPU workqueue has a pool_workqueue for each of the {} possible CPUs.", possible));
            break;
        }
    }
    return made;
}

void private_pool(Bench& bench, Explanation& e)
{
    const int nice = bench.private_nice();
    const Snapshot before = bench.look();
    const Load load(bench, {unbound("private", nice)});
    const Snapshot after = bench.look();
    const uint32_t workqueue = load.in(after);
    const Made made = made_for(before, after, workqueue);
    const uint64_t started = stat(after, workqueue, WQLAB_PWQ_STAT_STARTED) +
                             static_cast<uint64_t>(in_flight(after, workqueue));

    e.done.push_back(
        fmt::format("Created an unbound workqueue and gave it nice {}, which no pool had; queued nothing.", nice));
    e.see(fmt::format("pools of nice {}", nice), 0, made.pools.size());
    e.see("workers in them", 0, made.workers.size());
    e.see("items that were queued on it", 0, started);
    bool idle = made.workers.size() == made.pools.size();
    for (const int32_t id : made.pools)
        idle &= after.pool(id)->nr_workers == 1 && after.pool(id)->nr_idle == 1;
    e.state(!made.pools.empty() && started == 0 && idle,
            "A pool that nobody had is made for an unbound workqueue, with one idle worker before any item.");
}

void rescuer(Bench& bench, Explanation& e)
{
    const Load load(bench, {own("plain"), own("reclaim", WQLAB_WQ_MEM_RECLAIM)});
    const Snapshot seen = bench.look();
    const int32_t without = seen.workqueues[load.in(seen, 0)].rescuer_pid;
    const int32_t pid = seen.workqueues[load.in(seen, 1)].rescuer_pid;
    const std::string command = pid ? read_line(fmt::format("/proc/{}/comm", pid)).value_or("?") : "";

    e.done.push_back("Created two more per-CPU workqueues, one of them with WQ_MEM_RECLAIM.");
    e.see("rescuer without WQ_MEM_RECLAIM", without ? "one" : "none");
    e.see("rescuer with it", pid ? command : std::string("none"));
    e.state(without == 0, "Without WQ_MEM_RECLAIM there is no rescuer.");
    e.state(pid != 0 && command.starts_with("kworker/R-"), "With it there is a thread of its own, kworker/R-NAME.");
}

}  // namespace

void explain_creation(Bench& bench, Explanation& e)
{
    e.answer =
        "No worker is created for a workqueue. A per-CPU one gets a pool_workqueue for each possible CPU, which only "
        "points to a "
        "pool that is there already. An unbound one takes the pools that have its attributes; only where there is no "
        "such pool "
        "one is made, and its first worker with it, before there is any item. WQ_MEM_RECLAIM adds a thread, the "
        "rescuer, which "
        "is the workqueue's and no pool's.";
    e.because = {
        {"alloc_and_link_pwqs",
         "takes &per_cpu(cpu_worker_pools, cpu)[highpri], or applies the attributes of unbound workqueues"},
        {"get_unbound_pool", "looks for a pool of equal attributes, else makes one and calls create_worker() at once"},
        {"init_rescuer", "returns at once unless WQ_MEM_RECLAIM is set, else creates the rescuer's kthread"},
    };

    e.done.push_back("Created a per-CPU workqueue and queued nothing.");
    const Made made = made_for_percpu(bench, e);
    e.see("pools made for it", 0, made.pools.size());
    e.see("workers made in the pools that it uses", 0, made.workers.size());
    e.state(made.pools.empty() && made.workers.empty(), "A per-CPU workqueue makes neither a pool nor a worker.");
    private_pool(bench, e);
    rescuer(bench, e);
}

}  // namespace wqctl
