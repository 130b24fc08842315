// SPDX-License-Identifier: GPL-2.0
// A pool of a trial's own, and how many of its workers are idle.
#pragma once

#include "../../glue/cpu.h"
#include "../../glue/time.h"
#include "../../glue/workqueue.h"
#include "look.hh"
#include "new_pool.hh"

namespace wqlab {

namespace idle {

using check_bounds::kSecond;
constexpr uint64_t kTimeout = 300 * kSecond;  // IDLE_WORKER_TIMEOUT

// As the kernel has it: of more than two, those beyond a quarter of the busy ones.
constexpr bool are_too_many(int32_t idle, int32_t busy) { return idle > 2 && (idle - 2) * 4 >= busy; }

// One for all CPUs.
inline Queue& queue_with_new_pool(Trial& t)
{
    Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .is_private = false});
    take_new_pool(t, wq, "system", t.first_cpu());
    return wq;
}

// The pool of a workqueue's items, when nothing of it is on the way from busy to idle or back; nullptr: not now, or
// decided.
inline const wqlab_snap_pool* settled(Trial& t, const Queue& wq, uint32_t cpu, uint32_t busy)
{
    const wqlab_snap_pool* pool = own_pool(t, wq, cpu, WQLAB_SECTION_WORK);
    const bool is_settled = pool && !pool->nr_pending && pool->nr_busy == busy &&
                            pool->nr_workers - pool->nr_idle == static_cast<int32_t>(busy);
    return is_settled ? pool : nullptr;
}

// Has a new pool's idle timer run, with all its workers idle.
inline void arm_timer(Trial& t, Queue& wq)
{
    constexpr uint32_t kItems = 4;
    const uint32_t cpu = t.first_cpu();
    const Items items = t.items(kItems, "an item", TestItem::Body::kGate);
    for (uint32_t i = 0; i < kItems; i++)
        items[i]->queue_on(wq, cpu);
    AWAIT(t, started(items, kItems) == kItems, "items to start, each in a worker of its own");
    for (uint32_t i = 0; i < kItems; i++)
        items[i]->open();
    const wqlab_snap_pool* pool = nullptr;
    AWAIT(t, t.decided() || (pool = settled(t, wq, cpu, 0)), "its workers to be idle");
    SKIP_UNLESS(t, t.decided() || pool->idle_timer_ns != WQLAB_NEVER,
                "with %d idle workers the idle timer is not seen to run", pool->nr_idle);
}

// A pool's idle timer wakes no CPU: while this lasts each has a tick now and then.
class Ticks {
public:
    explicit Ticks(Trial& t) : over_(t.own<bool>())
    {
        bool* const over = over_;
        for (uint32_t cpu = 0; over && cpu < wqlab_nr_cpus(); cpu++)
            if (wqlab_cpu_online(cpu))
                t.actor("who has a CPU tick", static_cast<int>(cpu), [over, &t] {
                    while (!__atomic_load_n(over, __ATOMIC_ACQUIRE) && !t.given_up()) {
                        pass_two_ticks();
                        wqlab_sleep(2 * kSecond);
                    }
                });
    }
    Ticks(const Ticks&) = delete;
    ~Ticks()
    {
        if (over_)
            __atomic_store_n(over_, true, __ATOMIC_RELEASE);
    }

private:
    static void pass_two_ticks()
    {
        const uint64_t began = wqlab_jiffies(), patience = wqlab_now() + kSecond / 10;
        while (wqlab_jiffies() - began < 2 && wqlab_now() < patience) {
            wqlab_resched();
            wqlab_relax();
        }
    }

    bool* const over_;
};

}  // namespace idle

}  // namespace wqlab
