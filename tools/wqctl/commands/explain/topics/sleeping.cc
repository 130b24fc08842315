// SPDX-License-Identifier: GPL-2.0
#include <algorithm>

#include <fmt/core.h>

#include "commands/explain/experiment.hh"
#include "commands/explain/judge.hh"
#include "snapshot/worker_state.hh"

namespace wqctl {

namespace {

constexpr uint32_t kItems = 4;
constexpr uint64_t kNapNs = 1'000'000;

bool all_asleep(const std::vector<wqlab_snap_worker>& workers)
{
    return std::all_of(workers.begin(), workers.end(), [](const wqlab_snap_worker& worker) {
        return worker_state(worker.flags) == WorkerState::kSleeping;
    });
}

bool all_in(const std::vector<wqlab_snap_worker>& workers, int32_t pool)
{
    return std::all_of(workers.begin(), workers.end(),
                       [pool](const wqlab_snap_worker& worker) { return worker.pool == pool; });
}

}  // namespace

void explain_sleeping(Bench& bench, Explanation& e)
{
    e.answer =
        "The next one starts at once. A per-CPU pool lets one worker run at a time, but only while it runs: when it is "
        "about to "
        "sleep, the scheduler tells the pool, which wakes an idle worker if items are pending and nobody else runs. So "
        "items that "
        "sleep are all begun, each in a worker of its own, up to max_active, and the CPU always has something to do. "
        "Unbound "
        "pools do not count who runs: there each pending item has a worker woken for it.";
    e.because = {
        {"wq_worker_sleeping", "called by schedule(): nr_running--, then kick_pool(), counted as PWQ_STAT_CM_WAKEUP"},
        {"need_more_worker", "items are pending and nr_running is 0"},
        {"wq_worker_running", "nr_running++ when the worker is back"},
    };

    const Snapshot machine = bench.look();
    const uint32_t cpu = machine.cpus(machine.head.online_cpus).back();
    Snapshot before, asleep;
    {
        Load load(bench, {own("sleep")}, {sleepers("sleep", kItems, {cpu})});
        before = bench.look();
        load.start();
        // An item that has begun is not asleep at once.
        asleep = bench.await([&](const Snapshot& s) {
            const auto now = executing(s, load.in(s));
            return now.size() == kItems && all_asleep(now);
        });
        const auto workers = executing(asleep, load.in(asleep));
        const wqlab_snap_pool* was = pool_for(before, load.in(before), cpu);
        const wqlab_snap_pool* pool = pool_for(asleep, load.in(asleep), cpu);
        Ids pids;
        for (const wqlab_snap_worker& worker : workers)
            pids.insert(worker.pid);

        e.done.push_back(fmt::format("Queued {} items that sleep, on a per-CPU workqueue from CPU {}.", kItems, cpu));
        e.see("items of ours that have begun", 0, workers.size());
        e.see("workers that have them", 0, pids.size());
        e.see(fmt::format("workers of the pool of CPU {}", cpu), was ? was->nr_workers : 0,
              pool ? pool->nr_workers : 0);
        e.state(workers.size() == kItems && pids.size() == kItems, "All items are begun, each by another worker.");
        e.state(pool && !workers.empty() && all_in(workers, pool->id) && all_asleep(workers),
                "All of these are workers of that one pool, and asleep.");
        load.stop();
    }
    {
        IssuerSpec nappers = sleepers("nap", 2 * kItems, {cpu});
        nappers.time.ns = kNapNs;
        Load load(bench, {own("nap")}, {nappers});
        load.start();
        const Snapshot woken = bench.await(
            [&](const Snapshot& s) { return stat(s, load.in(s), WQLAB_PWQ_STAT_CM_WAKEUP) > 0; });
        const uint64_t wakeups = stat(woken, load.in(woken), WQLAB_PWQ_STAT_CM_WAKEUP);
        e.done.push_back(
            fmt::format("Then items that sleep 1 ms each, {} in flight, until the counter moved.", 2 * kItems));
        e.see("cm_wakeup of that workqueue", 0, wakeups);
        e.state(wakeups > 0, "A worker that goes to sleep wakes the next one; it is counted as cm_wakeup.");
        load.stop();
    }
}

}  // namespace wqctl
