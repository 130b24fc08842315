// SPDX-License-Identifier: GPL-2.0
// Who makes workers is one of those that have nothing to do.
#include "../scenes/idle_pool.hh"
#include "../scenes/scarce_threads.hh"

namespace wqlab {

namespace manager_idle {

using idle::are_too_many;
using idle::queue_with_new_pool;

struct ManagerIsIdle {
    static constexpr Promise kPromise = {337,
                                         "",
                                         "workers.manager-counts-as-idle",
                                         "Whether a pool has too many idle workers, so that its idle timer is to run, "
                                         "is reckoned with its manager as one "
                                         "of them",
                                         "kernel/workqueue.c: too_many_workers(), worker_enter_idle()",
                                         WQLAB_CHECK_MEMORY,
                                         Fault::kSnapshotLies};

    static constexpr uint32_t kSleepers = 3, kRounds = 3;

    // When so many are neither idle nor have anything to do with making workers, while one rests that can make none.
    // nullptr: it does not any more, or decided.
    static const wqlab_snap_pool* look(Trial& t, const Queue& wq, uint32_t cpu, uint32_t busy)
    {
        const wqlab_snap_pool* pool = nullptr;
        const bool seen = t.wait(
            [&] {
                pool = own_pool(t, wq, cpu, WQLAB_SECTION_WORK);
                return !pool || !pool->manager ||
                       (!pool->nr_pending && pool->nr_workers - pool->nr_idle == static_cast<int32_t>(busy) + 1);
            },
            "a worker to be idle");
        return seen && pool && pool->manager ? pool : nullptr;
    }

    // False: the manager was gone too early, or decided.
    static bool judge(Trial& t)
    {
        const uint32_t cpu = t.first_cpu();
        Queue& wq = queue_with_new_pool(t);
        const Items sleepers = t.items(kSleepers, "a sleeper", TestItem::Body::kGate);
        TestItem& waits = t.item("the item for which a worker is to be made");
        for (uint32_t i = 0; i < kSleepers; i++)
            sleepers[i]->queue_on(wq, cpu);
        if (!t.wait([&] { return started(sleepers, kSleepers) == kSleepers; }, "sleepers to start"))
            return false;
        NoNewThreads scarce(t);
        if (t.decided())
            return false;
        // By the last idle worker, which would not run it without another one in its place.
        waits.queue_on(wq, cpu);
        if (!t.wait(
                [&] {
                    const wqlab_snap_pool* pool = own_pool(t, wq, cpu, WQLAB_SECTION_WORK);
                    return !pool || pool->manager || waits.ended();
                },
                "the pool to have a manager"))
            return false;
        bool armed = false;
        for (uint32_t busy = kSleepers; busy-- > kSleepers - 2;) {
            sleepers[busy]->open();
            const wqlab_snap_pool* pool = look(t, wq, cpu, busy);
            if (!pool)
                return false;
            const int32_t is_idle = pool->nr_idle + 1, is_busy = pool->nr_workers - is_idle;
            const bool was_armed = armed;
            armed = pool->idle_timer_ns != WQLAB_NEVER;
            if (armed != (was_armed || are_too_many(is_idle, is_busy))) {
                t.fail("of %d busy and %d idle workers, and a manager, the idle timer is %s", is_busy, pool->nr_idle,
                       armed ? "armed" : "not armed");
                return false;
            }
        }
        return true;
    }

    static void run(Trial& t)
    {
        bool judged = false;
        for (uint32_t round = 0; round < kRounds && !judged && !t.decided(); round++)
            judged = judge(t);
        SKIP_UNLESS(t, judged || t.decided(), "threads ended meanwhile, or the manager was gone too early");
    }
};

constexpr Check kAll[] = {
    check_of<ManagerIsIdle>(),
};

}  // namespace manager_idle

constinit const Group kManagerIdleChecks = group_of("lifecycle", manager_idle::kAll);

}  // namespace wqlab
