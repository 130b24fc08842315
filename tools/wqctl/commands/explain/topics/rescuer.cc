// SPDX-License-Identifier: GPL-2.0
#include <fmt/core.h>

#include "commands/explain/experiment.hh"
#include "commands/explain/judge.hh"

namespace wqctl {

namespace {

constexpr const char* kThreadsMax = "/proc/sys/kernel/threads-max";
constexpr size_t kItems = 3;

// The one worker that executes an item, if it is the workqueue's rescuer, at work for the pool.
bool rescuer_is_at_work(const Snapshot& snapshot, uint32_t workqueue, int32_t pool)
{
    const wqlab_snap_workqueue& row = snapshot.workqueues[workqueue];
    const auto workers = executing(snapshot, workqueue);
    return workers.size() == 1 && workers.front().flags & WQLAB_WORKER_RESCUER &&
           workers.front().pid == row.rescuer_pid && workers.front().pool == pool && row.rescuer_pool == pool;
}

size_t rescuers(const std::vector<wqlab_snap_worker>& workers)
{
    size_t count = 0;
    for (const wqlab_snap_worker& worker : workers)
        count += (worker.flags & WQLAB_WORKER_RESCUER) != 0;
    return count;
}

bool creates_in_vain(const wqlab_snap_pool& pool)
{
    return pool.flags & WQLAB_POOL_MANAGER_ACTIVE && pool.manager && pool.nr_idle == 0;
}

}  // namespace

void explain_rescuer(Bench& bench, Explanation& e)
{
    e.answer =
        "For going on when no worker can be created. A pool that needs one calls for help after 10 ms without success, "
        "then every "
        "100 ms: the rescuer of each workqueue that has items pending there wakes up, joins the pool and executes "
        "these items, one "
        "after the other. So a workqueue of memory reclaim can't get stuck in the allocation of a worker that only "
        "reclaim would "
        "make possible. Items of workqueues without a rescuer wait until the manager succeeds; it tries again each "
        "second.";
    e.because = {
        {"maybe_create_worker", "arms mayday_timer for MAYDAY_INITIAL_TIMEOUT, retries after CREATE_COOLDOWN"},
        {"pool_mayday_timeout", "send_mayday() for each pending item, as long as need_to_create_worker()"},
        {"rescuer_thread", "attaches itself to the pool of each pwq on wq->maydays and executes that pwq's items"},
    };

    const int nice = bench.private_nice();
    const Snapshot machine = bench.look();
    const CpuList cpu = {machine.cpus(machine.head.online_cpus).front()};
    Load gate(bench, {unbound("gate", nice)}, {sleepers("gate", 1, cpu)});
    gate.start();
    Load load(bench, {unbound("reclaim", nice, "system", WQLAB_WQ_MEM_RECLAIM)}, {sleepers("reclaim", kItems, cpu)});
    const Snapshot before = bench.await([&](const Snapshot& s) {
        const Ids pools = pools_of(s, load.in(s));
        const wqlab_snap_pool* pool = pools.size() == 1 ? s.pool(*pools.begin()) : nullptr;
        return pool && executing(s, gate.in(s)).size() == 1 && pool->nr_idle == 1 && !pool->manager;
    });
    const Ids pools = pools_of(before, load.in(before));
    const int32_t id = pools.empty() ? -1 : *pools.begin();

    Snapshot stuck;
    {
        const KeptValue threads = bench.change(kThreadsMax, "1");
        load.start();
        stuck = bench.await([&](const Snapshot& s) {
            const wqlab_snap_pool* pool = s.pool(id);
            return pool && creates_in_vain(*pool) && rescuer_is_at_work(s, load.in(s), id) &&
                   waiting(s, load.in(s), WQLAB_WORK_PENDING) == kItems - 1;
        });
    }
    const Snapshot after = bench.await([&](const Snapshot& s) { return executing(s, load.in(s)).size() == kItems; });
    const uint32_t was = load.in(before), is = load.in(stuck);
    const wqlab_snap_pool* pool = stuck.pool(id);
    const auto at_work = executing(after, load.in(after));

    e.done.push_back(fmt::format(
        "Made a pool of our own by two unbound workqueues with nice {}, one of them with WQ_MEM_RECLAIM, and let "
        "an item sleep in it: that leaves one idle worker.",
        nice));
    e.done.push_back(fmt::format(
        "Set {} to 1, so that no thread can be created, queued {} items that sleep on the WQ_MEM_RECLAIM one, "
        "looked, and put it back.",
        kThreadsMax, kItems));
    const auto busy = [&](const Snapshot& s, uint32_t workqueue) {
        const int32_t where = s.workqueues[workqueue].rescuer_pool;
        return where < 0 ? std::string("idle") : fmt::format("pool {}", where);
    };
    e.see("workers of the pool", before.pool(id) ? before.pool(id)->nr_workers : 0, pool ? pool->nr_workers : 0);
    e.see("of which idle", before.pool(id) ? before.pool(id)->nr_idle : 0, pool ? pool->nr_idle : 0);
    e.see("the rescuer is at", busy(before, was), busy(stuck, is));
    e.see("mayday", stat(before, was, WQLAB_PWQ_STAT_MAYDAY), stat(stuck, is, WQLAB_PWQ_STAT_MAYDAY));
    e.see("rescued", stat(before, was, WQLAB_PWQ_STAT_RESCUED), stat(stuck, is, WQLAB_PWQ_STAT_RESCUED));
    e.see("items pending", 0, waiting(stuck, is, WQLAB_WORK_PENDING));
    e.see("items at work, once threads could be created", at_work.size());

    e.state(pool && creates_in_vain(*pool), "The last idle worker is the pool's manager, and creates in vain.");
    e.state(stat(stuck, is, WQLAB_PWQ_STAT_MAYDAY) > 0, "The pool has called for help: mayday.");
    e.state(rescuer_is_at_work(stuck, is, id) && stat(stuck, is, WQLAB_PWQ_STAT_RESCUED) > 0,
            "The workqueue's rescuer has joined the pool and executes an item of it.");
    e.state(waiting(stuck, is, WQLAB_WORK_PENDING) == kItems - 1, "It takes one after the other; the rest waits.");
    e.state(at_work.size() == kItems && rescuers(at_work) == 1,
            "When workers can be created again they take the rest.");
    load.stop();
    gate.stop();
}

}  // namespace wqctl
