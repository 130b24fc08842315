// SPDX-License-Identifier: GPL-2.0
// Idle workers, how many a pool keeps, and which go.
#include "../../glue/time.h"
#include "../harness/few_tries.hh"
#include "../scenes/idle_pool.hh"

namespace wqlab {

namespace idle {

struct TimerWhenTooMany {
    static constexpr Promise kPromise = {
        182,
        "",
        "workers.timer-when-too-many",
        "A pool's idle timer runs, for five minutes, from when it has more than two idle workers and those beyond two "
        "are at least a quarter of the busy ones, not before; and of all that are in flight it has made one more",
        "kernel/workqueue.c: too_many_workers(), worker_enter_idle(), worker_leave_idle(), IDLE_WORKER_TIMEOUT, "
        "need_to_create_worker()",
        0,
        Fault::kSnapshotLies};

    // One after the other becomes idle.
    static void judge(Trial& t, uint32_t items_count)
    {
        Queue& wq = queue_with_new_pool(t);
        const uint32_t cpu = t.first_cpu();
        const Items items = t.items(items_count, "an item", TestItem::Body::kGate);
        for (uint32_t i = 0; i < items_count; i++)
            items[i]->queue_on(wq, cpu);
        AWAIT(t, started(items, items_count) == items_count, "items to start, each in a worker of its own");
        // Who begins with an item and leaves nobody idle behind makes one worker, and no more.
        const wqlab_snap_pool* full = own_pool(t, wq, cpu);
        WANT(t, !full || full->nr_workers <= static_cast<int32_t>(items_count) + 1,
             "for %u items in flight the pool has %d workers", items_count, full->nr_workers);
        bool armed = false;
        for (uint32_t ended = 0; ended <= items_count; ended++) {
            const uint64_t before = wqlab_now();
            if (ended)
                items[ended - 1]->open();
            const wqlab_snap_pool* pool = nullptr;
            AWAIT(t, t.decided() || (pool = settled(t, wq, cpu, items_count - ended)), "its worker to be idle");
            if (t.decided())
                return;
            const int32_t idle = pool->nr_idle, busy = pool->nr_workers - idle;
            const bool was_armed = armed;
            armed = pool->idle_timer_ns != WQLAB_NEVER;
            WANT(t, armed == (was_armed || are_too_many(idle, busy)),
                 "of %d busy and %d idle workers the idle timer is %s", busy, idle, armed ? "armed" : "not armed");
            if (!armed || was_armed)
                continue;
            // In jiffies, which come late where a host is busy; what is wrong is wrong by minutes.
            const uint64_t tick = kSecond / wqlab_hz() + 1, late = wqlab_now() - before + 30 * kSecond;
            WANT(t, pool->idle_timer_ns <= kTimeout + tick && pool->idle_timer_ns + late >= kTimeout,
                 "the idle timer is due in %llu ms", static_cast<unsigned long long>(pool->idle_timer_ns / 1'000'000));
        }
    }

    static void run(Trial& t)
    {
        // Two that are idle are never too many; of 16 a quarter is met exactly; 14 tells one more from one less.
        for (const uint32_t items : {1u, 16u, 14u})
            if (!t.decided())
                judge(t, items);
    }
};

struct IdleWorkersGo {
    static constexpr Promise kPromise = {126,
                                         "",
                                         "workers.idle-ones-go",
                                         "Of more than two idle workers those beyond a quarter of the busy ones go "
                                         "after five minutes, never the last two",
                                         "kernel/workqueue.c: too_many_workers(), idle_cull_fn()",
                                         WQLAB_CHECK_SLOW,
                                         Fault::kSnapshotLies};

    static uint32_t idle_of(Trial& t, const Queue& wq, uint32_t cpu)
    {
        const wqlab_snap_pool* pool = own_pool(t, wq, cpu);
        return pool ? static_cast<uint32_t>(pool->nr_idle) : 0;
    }

    static void run(Trial& t)
    {
        constexpr uint32_t kItems = 32;
        constexpr uint64_t kAlmostFiveMinutes = 299'000'000'000;
        Queue& wq = queue_with_new_pool(t);
        // Before Linux 6.6 each node has a pool: all of them are to go to one.
        const uint32_t cpu = t.first_cpu();
        const Items items = t.items(kItems, "an item", TestItem::Body::kGate);
        for (uint32_t i = 0; i < kItems; i++)
            items[i]->queue_on(wq, cpu);
        AWAIT(t, started(items, kItems) == kItems, "32 items to start");
        const uint64_t began = wqlab_now();  // no worker has been idle for longer
        for (uint32_t i = 0; i < kItems; i++)
            items[i]->open();
        wq.flush();
        const uint32_t before = idle_of(t, wq, cpu);
        WANT(t, before >= kItems || t.decided(), "32 workers ran, and %u are idle", before);
        const Ticks ticks(t);
        // Ten times a minute is enough.
        uint32_t idle = before, looks = 0;
        for (; looks < 100 && idle > 2 && !t.given_up(); looks++) {
            wqlab_sleep(6'000'000'000);
            idle = idle_of(t, wq, cpu);
            const uint64_t since = wqlab_now() - began;
            WANT(t, idle >= before || since > kAlmostFiveMinutes, "of %u idle workers %u are left after %u s", before,
                 idle, static_cast<uint32_t>(since / 1'000'000'000));
        }
        WANT(t, idle == 2, "of %u idle workers %u are left", before, idle);
        t.note("%u looks, 6 s apart: what goes less than that too early is missed", looks);
        tried_few(t, 1, "letting workers go that were idle for long");
    }
};

// Whether that worker is among the machine's. Where nobody can look the trial is decided.
inline bool has_worker(Trial& t, int32_t pid)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_WORK);
    for (uint32_t i = 0; now && i < now->workers.size(); i++)
        if (now->workers[i].pid == pid)
            return true;
    return false;
}

struct QuarterStays {
    static constexpr Promise kPromise = {
        183,
        "",
        "workers.quarter-of-the-busy-stays",
        "Idle workers of a pool with busy ones go after five minutes only as long as those beyond two are a quarter of "
        "the busy ones: the others stay",
        "kernel/workqueue.c: too_many_workers(), idle_worker_timeout(), idle_cull_fn()",
        WQLAB_CHECK_SLOW,
        Fault::kSnapshotLies};

    static void run(Trial& t)
    {
        constexpr uint32_t kBusy = 24, kIdle = 16;
        Queue& wq = queue_with_new_pool(t);
        const uint32_t cpu = t.first_cpu();
        Gate& gate = t.gate();
        const Items busy = t.items(kBusy, "an item that sleeps");
        const Items items = t.items(kIdle, "an item", TestItem::Body::kGate);
        for (uint32_t i = 0; i < kBusy; i++)
            busy[i]->on_run(sleep_at, &gate).queue_on(wq, cpu);
        for (uint32_t i = 0; i < kIdle; i++)
            items[i]->queue_on(wq, cpu);
        AWAIT(t, started(busy, kBusy) + started(items, kIdle) == kBusy + kIdle, "40 items to start");
        for (uint32_t i = 0; i < kIdle; i++)
            items[i]->open();
        const wqlab_snap_pool* pool = nullptr;
        AWAIT(t, t.decided() || (pool = settled(t, wq, cpu, kBusy)), "their workers to be idle");
        if (t.decided())
            return;
        WANT(t, are_too_many(pool->nr_idle, kBusy), "of 40 workers %d are idle", pool->nr_idle);
        const uint64_t idle_since = wqlab_now();
        const Ticks ticks(t);
        // Once they may go, and for half a minute longer.
        uint32_t looks = 0, stayed = 0;
        for (; looks < 120 && stayed < 5 && !t.given_up(); looks++) {
            t.linger(6 * kSecond);
            pool = settled(t, wq, cpu, kBusy);
            if (!pool)
                continue;
            WANT(t, are_too_many(pool->nr_idle + 1, kBusy), "of %u busy workers, %d idle ones are left", kBusy,
                 pool->nr_idle);
            stayed += !are_too_many(pool->nr_idle, kBusy);
        }
        WANT(t, stayed == 5, "after %u s of %u busy workers %d are idle",
             static_cast<uint32_t>((wqlab_now() - idle_since) / kSecond), kBusy, pool ? pool->nr_idle : -1);
        WANT(t, pool && pool->nr_workers == pool->nr_idle + static_cast<int32_t>(kBusy), "workers were miscounted");
        tried_few(t, 1, "letting workers go that were idle for long");
    }
};

struct LongestIdleGoesFirst {
    static constexpr Promise kPromise = {
        184,
        "",
        "workers.longest-idle-goes-first",
        "A worker goes when it has been idle for five minutes and no sooner, the one that has been so for longest "
        "first; the last two that stay are those that were busy last, and a new one gets the number of one that went",
        "kernel/workqueue.c: idle_worker_timeout(), idle_cull_fn(), set_worker_dying(), "
        "detach_dying_workers(), reap_dying_workers(), worker_thread()",
        WQLAB_CHECK_SLOW,
        Fault::kQueueElsewhere};

    static constexpr uint32_t kEach = 8;

    // How many of those that ran these items are still there.
    static uint32_t left(Trial& t, const Items& items)
    {
        uint32_t n = 0;
        for (uint32_t i = 0; i < kEach; i++)
            n += has_worker(t, items[i]->last().pid);
        return n;
    }

    static int32_t highest_id(Trial& t, const Queue& wq, uint32_t cpu)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_WORK);
        const wqlab_snap_pool* pool = now ? pool_of_cpu(*now, wq, cpu) : nullptr;
        int32_t highest = -1;
        for (uint32_t i = 0; pool && i < now->workers.size(); i++)
            if (now->workers[i].pool == pool->id && now->workers[i].id > highest)
                highest = now->workers[i].id;
        return highest;
    }

    // Each in a worker of its own, which then is idle. When none of them can have been idle yet; 0: decided.
    static uint64_t use(Trial& t, const Items& items)
    {
        const uint64_t before = wqlab_now();
        for (uint32_t i = 0; i < kEach; i++)
            items[i]->open();
        return t.wait([&] { return executions(items, kEach) == kEach; }, "the items to end") ? before : 0;
    }

    static void run(Trial& t)
    {
        Queue& wq = queue_with_new_pool(t);
        const uint32_t cpu = t.first_cpu();
        Gate& gate = t.gate();
        const Items first = t.items(kEach, "an item that ends first", TestItem::Body::kGate);
        const Items second = t.items(kEach, "an item that ends later");
        for (uint32_t i = 0; i < kEach; i++) {
            first[i]->queue_on(wq, cpu);
            second[i]->on_run(sleep_at, &gate).queue_on(wq, cpu);
        }
        AWAIT(t, started(first, kEach) + started(second, kEach) == 2 * kEach, "16 items to start");
        const int32_t ids = highest_id(t, wq, cpu);
        const uint64_t first_since = use(t, first);
        t.linger(100 * kSecond);
        const uint64_t second_since = wqlab_now();
        gate.open();
        AWAIT(t, executions(second, kEach) == kEach, "the items to end");
        WANT(t, left(t, first) == kEach && left(t, second) == kEach, "a worker went at once");
        if (t.decided() || !first_since)
            return;
        const Ticks ticks(t);
        uint32_t of_first = kEach, of_second = kEach;
        bool apart = false;
        for (uint32_t looks = 0; looks < 120 && of_first + of_second > 2 && !t.given_up(); looks++) {
            t.linger(6 * kSecond);
            of_second = left(t, second);
            of_first = left(t, first);
            const uint64_t now = wqlab_now();
            WANT(t, of_first == kEach || now - first_since >= kTimeout - kSecond, "%u went %u s after they became idle",
                 kEach - of_first, static_cast<uint32_t>((now - first_since) / kSecond));
            WANT(t, of_second == kEach || now - second_since >= kTimeout - kSecond,
                 "%u went %u s after they became idle", kEach - of_second,
                 static_cast<uint32_t>((now - second_since) / kSecond));
            apart |= of_first == 0 && of_second == kEach;
        }
        WANT(t, of_first == 0 && of_second == 2, "%u are left of those that were idle first, and %u of the others",
             of_first, of_second);
        t.note("%s",
               apart ? "the first went while all of the second were there" : "nobody looked while only some had gone");
        // The numbers are the lowest that are free.
        const Items again = t.items(kEach, "an item again", TestItem::Body::kGate);
        for (uint32_t i = 0; i < kEach; i++)
            again[i]->queue_on(wq, cpu);
        AWAIT(t, started(again, kEach) == kEach, "8 items to start");
        const int32_t now = highest_id(t, wq, cpu);
        WANT(t, now <= ids, "of 17 workers the highest number was %d; of fewer new ones it is %d", ids, now);
        tried_few(t, 1, "letting workers go that were idle for long");
    }
};

constexpr Check kAll[] = {
    check_of<TimerWhenTooMany>(),
    check_of<IdleWorkersGo>(),
    check_of<QuarterStays>(),
    check_of<LongestIdleGoesFirst>(),
};

}  // namespace idle

constinit const Group kIdleChecks = group_of("lifecycle", idle::kAll);

}  // namespace wqlab
