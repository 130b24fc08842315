// SPDX-License-Identifier: GPL-2.0
#include <algorithm>

#include <fmt/core.h>

#include "commands/explain/experiment.hh"
#include "commands/explain/judge.hh"

namespace wqctl {

namespace {

constexpr uint64_t kIdleTimeoutNs = 300'000'000'000;  // IDLE_WORKER_TIMEOUT
constexpr uint32_t kItems = 8;

const wqlab_snap_pool* pool_of(const Snapshot& snapshot, const Load& keeper)
{
    const Ids pools = pools_of(snapshot, keeper.in(snapshot));
    return pools.size() == 1 ? snapshot.pool(*pools.begin()) : nullptr;
}

// Sleeps so many items in the pool, ends them, and looks when all workers are idle.
Snapshot after_items(Bench& bench, const Load& keeper, int nice, uint32_t items)
{
    const Snapshot machine = bench.look();
    Load gate(bench, {unbound("gate", nice)},
              {sleepers("gate", items, {machine.cpus(machine.head.online_cpus).front()})});
    gate.start();
    bench.await([&](const Snapshot& s) { return executing(s, gate.in(s)).size() == items; });
    gate.stop();
    return bench.await([&](const Snapshot& s) {
        const wqlab_snap_pool* pool = pool_of(s, keeper);
        return pool && pool->nr_workers > static_cast<int32_t>(items) && pool->nr_idle == pool->nr_workers;
    });
}

std::string due(const wqlab_snap_pool* pool)
{
    if (!pool || pool->idle_timer_ns == WQLAB_NEVER)
        return "not armed";
    return fmt::format("in {} s", (pool->idle_timer_ns + 500'000'000) / 1'000'000'000);
}

}  // namespace

void explain_idle(Bench& bench, Explanation& e)
{
    e.answer =
        "When there are too many of them for 300 s. Too many are more than two, if those above two are at least a "
        "quarter of the "
        "busy ones. Then a timer is armed, and when it fires the workers that were idle for 300 s are ended, the "
        "longest idle "
        "first, until the pool has no longer too many. Idle workers are taken last in, first out, so those at the end "
        "stay "
        "idle. Two idle workers stay for as long as the pool.";
    e.because = {
        {"too_many_workers", "nr_idle > 2 && (nr_idle - 2) * MAX_IDLE_WORKERS_RATIO >= nr_busy"},
        {"worker_enter_idle", "arms idle_timer for IDLE_WORKER_TIMEOUT, which is 300 * HZ"},
        {"idle_cull_fn", "ends workers from the tail of idle_list while too_many_workers()"},
    };

    const int nice = bench.private_nice();
    const Load keeper(bench, {unbound("keeper", nice)});
    const Snapshot few = after_items(bench, keeper, nice, 1);
    const wqlab_snap_pool* before = pool_of(few, keeper);
    const Snapshot many = after_items(bench, keeper, nice, kItems);
    const wqlab_snap_pool* after = pool_of(many, keeper);

    e.done.push_back(fmt::format(
        "Made a pool of our own by an unbound workqueue with nice {}. Let an item sleep in it and end, then {} "
        "items at once. Nobody waited 300 s for the end of the story.",
        nice, kItems));
    e.before = "after 1 item";
    e.after = fmt::format("after {}", kItems);
    e.see("workers", before ? before->nr_workers : 0, after ? after->nr_workers : 0);
    e.see("of which idle", before ? before->nr_idle : 0, after ? after->nr_idle : 0);
    e.see("idle_timer is due", due(before), due(after));

    // A manager whose item another worker took makes one more than the items need.
    e.state(before && after && before->nr_idle == 2 && after->nr_idle > static_cast<int32_t>(kItems),
            "Workers stay when their items are done.");
    e.state(before && !too_many_workers(before->nr_workers, before->nr_idle) && before->idle_timer_ns == WQLAB_NEVER,
            "Two idle workers are not too many: no timer is armed.");
    const uint64_t ticks_ns = 2'000'000'000 / std::max(1u, many.head.hz);
    const uint64_t passed = many.head.time_ns + many.head.took_ns - few.head.time_ns + ticks_ns;
    e.state(after && too_many_workers(after->nr_workers, after->nr_idle) && after->idle_timer_ns != WQLAB_NEVER,
            "More are: the timer is armed.");
    e.state(after && after->idle_timer_ns <= kIdleTimeoutNs && after->idle_timer_ns + passed >= kIdleTimeoutNs,
            "It is due 300 s after there were too many.");
}

}  // namespace wqctl
