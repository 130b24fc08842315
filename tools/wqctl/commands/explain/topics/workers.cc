// SPDX-License-Identifier: GPL-2.0
#include <list>

#include <fmt/core.h>

#include "commands/explain/experiment.hh"
#include "commands/explain/judge.hh"

namespace wqctl {

namespace {

// nullptr while it still has the pool of its first attributes, too.
const wqlab_snap_pool* pool_of(const Snapshot& snapshot, const Load& keeper)
{
    const Ids pools = pools_of(snapshot, keeper.in(snapshot));
    return pools.size() == 1 ? snapshot.pool(*pools.begin()) : nullptr;
}

}  // namespace

void explain_workers(Bench& bench, Explanation& e)
{
    e.answer =
        "A worker does, when it is about to take an item and nobody is left idle: before it takes the item it becomes "
        "the pool's "
        "manager and creates one more. So a pool has a worker in reserve as long as workers can be created, the second "
        "one "
        "exists as soon as the first has an item, and one that sleeps can be replaced at once. New workers come only "
        "by this "
        "need, never by the number of items: see \"sleeping\" for when a pool wants one more.";
    e.because = {
        {"worker_thread", "if there is no idle worker, manage_workers() before the first item"},
        {"manage_workers", "one manager at a time: POOL_MANAGER_ACTIVE"},
        {"maybe_create_worker", "create_worker() until there is an idle one or no need any more"},
    };

    constexpr int32_t kSteps = 3;
    const int nice = bench.private_nice();
    const Load keeper(bench, {unbound("keeper", nice)});
    Snapshot seen = bench.await([&](const Snapshot& s) { return pool_of(s, keeper) != nullptr; });
    const wqlab_snap_pool* pool = pool_of(seen, keeper);
    e.done.push_back(
        fmt::format("Made a pool of our own by an unbound workqueue with nice {}; then queued items that sleep, one "
                    "after the other.",
                    nice));
    e.before = "workers";
    e.after = "idle";
    e.see("before the first item", pool ? pool->nr_workers : 0, pool ? pool->nr_idle : 0);
    e.state(pool && pool->nr_workers == 1 && pool->nr_idle == 1, "A new pool has one worker, and it is idle.");

    std::list<Load> gates;
    for (int32_t step = 1; step <= kSteps; step++) {
        Load& gate = gates.emplace_back(bench, std::vector{unbound("gate", nice)},
                                        std::vector{sleepers("gate", 1, {seen.cpus(seen.head.online_cpus).front()})});
        gate.start();
        const auto asleep = [&](const Snapshot& s) {
            size_t items = 0;
            for (const Load& each : gates)
                items += executing(s, each.in(s)).size();
            return static_cast<int32_t>(items);
        };
        seen = bench.await([&](const Snapshot& s) {
            const wqlab_snap_pool* now = pool_of(s, keeper);
            return now && asleep(s) == step && now->nr_idle > 0 && !now->manager;
        });
        pool = pool_of(seen, keeper);
        e.see(fmt::format("with {} asleep in {}", step == 1 ? "an item" : fmt::format("{} items", step),
                          step == 1 ? "it" : "them"),
              pool ? pool->nr_workers : 0, pool ? pool->nr_idle : 0);
        e.state(pool && asleep(seen) == step && pool->nr_workers == step + 1 && pool->nr_idle == 1,
                fmt::format("{} asleep: {} workers, one of them idle.",
                            step == 1 ? "One item" : fmt::format("{} items", step), step + 1));
    }
    for (Load& gate : gates)
        gate.stop();
}

}  // namespace wqctl
