// SPDX-License-Identifier: GPL-2.0
// When a pool looks for workers that have been idle for too long, and when it need not.
#include "../../glue/symbols.h"
#include "../../glue/time.h"
#include "../../glue/trace.h"
#include "../harness/few_tries.hh"
#include "../scenes/events.hh"
#include "../scenes/idle_pool.hh"
#include "../scenes/timer_cancels.hh"

namespace wqlab {

namespace idle_timer {

using check_bounds::kSecond;

struct RunsOn {
    static constexpr Promise kPromise = {
        240,
        "",
        "workers.idle-timer-runs-on",
        "The idle timer of a pool with few workers begins with the third that is idle, for five minutes from then, and "
        "the next ones that become idle do not start it anew",
        "kernel/workqueue.c: worker_enter_idle(), too_many_workers()",
        0,
        Fault::kSnapshotLies};

    // Due later than it was is wrong by all that has passed; it is looked at when some has.
    static void run(Trial& t)
    {
        constexpr uint32_t kItems = 4;
        Queue& wq = idle::queue_with_new_pool(t);
        const uint32_t cpu = t.first_cpu();
        const Items items = t.items(kItems, "an item", TestItem::Body::kGate);
        for (uint32_t i = 0; i < kItems; i++)
            items[i]->queue_on(wq, cpu);
        AWAIT(t, started(items, kItems) == kItems, "items to start, each in a worker of its own");
        uint64_t due = WQLAB_NEVER, then = 0;
        for (uint32_t ended = 1; ended <= kItems; ended++) {
            const uint64_t before = wqlab_jiffies();
            items[ended - 1]->open();
            const wqlab_snap_pool* pool = nullptr;
            AWAIT(t, t.decided() || (pool = idle::settled(t, wq, cpu, kItems - ended)), "its worker to be idle");
            if (t.decided())
                return;
            const int32_t idle = pool->nr_idle, busy = pool->nr_workers - idle;
            const uint64_t now_due = pool->idle_timer_ns, tick = kSecond / wqlab_hz();
            const bool was_armed = due != WQLAB_NEVER;
            WANT(t, (now_due != WQLAB_NEVER) == (was_armed || idle::are_too_many(idle, busy)),
                 "of %d busy and %d idle workers the idle timer is %s", busy, idle,
                 now_due != WQLAB_NEVER ? "armed" : "not armed");
            WANT(t, !was_armed || now_due + (before - then) * tick <= due + tick,
                 "it was due in %llu ms, and %llu ms later, when another one became idle, in %llu ms",
                 static_cast<unsigned long long>(due / 1'000'000),
                 static_cast<unsigned long long>((before - then) * tick / 1'000'000),
                 static_cast<unsigned long long>(now_due / 1'000'000));
            // To the jiffy, and not from when the first one became idle.
            WANT(t,
                 was_armed || now_due == WQLAB_NEVER ||
                     now_due + (wqlab_jiffies() - before + 1) * tick >= idle::kTimeout,
                 "armed just now, its idle timer is due in %llu ms",
                 static_cast<unsigned long long>(now_due / 1'000'000));
            due = now_due;
            then = wqlab_jiffies();
            AWAIT(t, wqlab_jiffies() - then > 10 || ended == kItems, "some ticks to pass");
        }
    }
};

struct NobodyGoesInVain {
    static constexpr Promise kPromise = {
        241,
        "",
        "workers.looked-for-when-due",
        "When its idle timer is over a pool looks for workers to let go only if it has too many and the one that has "
        "been idle for longest has been so for five minutes; else, as long as it has too many, the timer runs on until "
        "then",
        "kernel/workqueue.c: idle_worker_timeout(), idle_cull_fn(), worker_enter_idle()",
        WQLAB_CHECK_SLOW,
        Fault::kQueueElsewhere};

    static constexpr uint32_t kMost = 24;

    // The item in the workqueue's pool that lets workers go. 0: it is not found.
    static uintptr_t cull_work_of(Trial& t, const Queue& wq, uint32_t cpu, uintptr_t function)
    {
        const Kernel& kernel = t.kernel();
        const wqlab_snap_pool* seen = own_pool(t, wq, cpu);
        const Address head = kernel.address(reinterpret_cast<uintptr_t>(wq.get()), Field::kWqPwqs);
        Address node = 0;
        if (!seen || !kernel.read(&node, head, sizeof(node)))
            return 0;
        for (uint32_t i = 0; node && node != head && i < Kernel::kMostElements; i++) {
            Address pool = 0;
            int32_t id = -1;
            if (!kernel.peek(pool, node - kernel.offset(Field::kPwqNode), Field::kPwqPool) ||
                !kernel.peek(id, pool, Field::kPoolId))
                return 0;
            for (uint32_t at = 0; id == seen->id && at + sizeof(Address) <= kernel.size(Field::kPool);
                 at += sizeof(Address)) {
                Address word = 0;
                if (kernel.read(&word, pool + at, sizeof(word)) && word == function)
                    return pool + at - kernel.offset(Field::kWorkFunction);
            }
            if (!kernel.read(&node, node, sizeof(node)))
                return 0;
        }
        return 0;
    }

    static void sleep_until(Trial& t, uint64_t when)
    {
        for (uint64_t now; (now = wqlab_now()) < when && !t.given_up();)
            wqlab_sleep(when - now < 5 * kSecond ? when - now : 5 * kSecond);
    }

    // As many items as that, each in a worker of its own, until the gate opens.
    static void occupy(Trial& t, Queue& wq, Gate& gate, uint32_t n)
    {
        const Items items = t.items(n, "an item that sleeps");
        for (uint32_t i = 0; i < n; i++)
            items[i]->on_run(sleep_at, &gate).queue_on(wq, t.first_cpu());
        AWAIT(t, started(items, n) == n, "items to start, each in a worker of its own");
    }

    // What its pool is when that many of its workers are busy, and the others idle.
    static wqlab_snap_pool settle(Trial& t, const Queue& wq, uint32_t busy)
    {
        const wqlab_snap_pool* pool = nullptr;
        t.wait([&] { return t.decided() || (pool = idle::settled(t, wq, t.first_cpu(), busy)); },
               "its workers to be idle");
        return t.decided() || !pool ? wqlab_snap_pool{} : *pool;
    }

    // Its timer runs, with all its workers idle.
    static wqlab_snap_pool arm(Trial& t, Queue& wq)
    {
        Gate& gate = t.gate();
        occupy(t, wq, gate, 6);
        gate.open();
        const wqlab_snap_pool pool = settle(t, wq, 0);
        if (!t.decided() && pool.nr_workers + 2u > kMost)
            t.skip("others use its pool, which has %d workers", pool.nr_workers);
        else if (!t.decided() && pool.idle_timer_ns == WQLAB_NEVER)
            t.fail("with %d idle workers its timer does not run", pool.nr_workers);
        return pool;
    }

    static void run(Trial& t)
    {
        const uintptr_t function = wqlab_symbol("idle_cull_fn");
        SKIP_UNLESS(t, function, "this kernel shows no idle_cull_fn()");
        const uint32_t cpu = t.first_cpu();
        // Five minutes after boot the lower half of jiffies wraps: some of what is judged is to be on either side.
        sleep_until(t, 15 * kSecond);
        Queue& young = idle::queue_with_new_pool(t);
        const wqlab_snap_pool armed = arm(t, young);
        Queue& few = idle::queue_with_new_pool(t);
        const wqlab_snap_pool also_armed = arm(t, few);
        Queue& mixed = idle::queue_with_new_pool(t);
        arm(t, mixed);
        const uint64_t armed_by = wqlab_now();
        const uintptr_t works[] = {cull_work_of(t, young, cpu, function), cull_work_of(t, few, cpu, function)};
        SKIP_UNLESS(t, works[0] && works[1], "what lets workers go can't be found");
        if (t.decided())
            return;
        // Of one pool all are busy until some time before the timer is over, of the next all but two until then, of the
        // third one.
        Gate &gate = t.gate(), &other_gate = t.gate();
        const uint32_t busy = static_cast<uint32_t>(armed.nr_workers) + 1;
        occupy(t, young, gate, busy);
        occupy(t, mixed, gate, 1);
        occupy(t, few, other_gate, static_cast<uint32_t>(also_armed.nr_workers) - 2);
        if (t.decided())
            return;
        const uint64_t wrapped = 305 * kSecond, soon = armed_by + 200 * kSecond;
        sleep_until(t, soon > wrapped ? soon : wrapped);
        const uint64_t again = wqlab_now();
        // Who was made meanwhile and has not run yet is to be no older.
        occupy(t, young, gate, 2);
        gate.open();
        const wqlab_snap_pool idle_again = settle(t, young, 0);
        const uint64_t idle_by = wqlab_now();
        Events events(t);
        if (t.decided())
            return;
        for (const uintptr_t work : works)
            events.watch(reinterpret_cast<work_struct*>(work));
        sleep_until(t, armed_by + idle::kTimeout - 5 * kSecond);
        const idle::Ticks ticks(t);
        // A timer of five minutes is late by up to half a minute.
        bool are_over = false;
        while (!are_over && !t.decided() && !t.given_up() && wqlab_now() < armed_by + idle::kTimeout + 40 * kSecond) {
            wqlab_sleep(kSecond);
            are_over = is_due_later(t, young, armed_by + idle::kTimeout + 75 * kSecond) && is_not_armed(t, few);
        }
        events.stop();
        if (!are_over)
            t.note("their timers were not seen to be over after 340 s");
        SKIP_UNLESS(t, wqlab_now() < again + idle::kTimeout, "the machine is too slow");
        WANT(t, !events.find(0, WQLAB_TRACE_QUEUE),
             "it looked for workers to let go when each had been idle for less than five minutes");
        WANT(t, !events.find(1, WQLAB_TRACE_QUEUE), "it looked for workers to let go with two that were idle");
        other_gate.open();
        const int32_t left = wait_for_two(t, mixed);
        WANT(t, left == 2 || t.decided(), "with one that has been idle for less than five minutes, %d stay", left);
        see_them_go(t, young, works[0], idle_again.nr_idle, idle_by);
    }

    static bool is_due_later(Trial& t, const Queue& wq, uint64_t when)
    {
        const wqlab_snap_pool* pool = own_pool(t, wq, t.first_cpu());
        return pool && pool->idle_timer_ns != WQLAB_NEVER && wqlab_now() + pool->idle_timer_ns > when;
    }

    static bool is_not_armed(Trial& t, const Queue& wq)
    {
        const wqlab_snap_pool* pool = own_pool(t, wq, t.first_cpu());
        return pool && pool->idle_timer_ns == WQLAB_NEVER;
    }

    // How many are idle when it has had a minute more than it needs.
    static int32_t wait_for_two(Trial& t, const Queue& wq)
    {
        int32_t idle = 3;
        for (uint32_t looks = 0; looks < 12 && idle > 2 && !t.given_up(); looks++) {
            t.linger(5 * kSecond);
            const wqlab_snap_pool* pool = own_pool(t, wq, t.first_cpu());
            idle = pool ? pool->nr_idle : 0;
        }
        return idle;
    }

    static void see_them_go(Trial& t, const Queue& wq, uintptr_t work, int32_t before, uint64_t idle_by)
    {
        Events events(t);
        if (t.decided())
            return;
        events.watch(reinterpret_cast<work_struct*>(work));
        sleep_until(t, idle_by + idle::kTimeout);
        const int32_t idle = wait_for_two(t, wq);
        events.stop();
        WANT(t, idle == 2 || t.decided(), "of %d that have been idle for %u s, %d are left", before,
             static_cast<uint32_t>((wqlab_now() - idle_by) / kSecond), idle);
        WANT(t, events.find(0, WQLAB_TRACE_QUEUE), "what let them go was not traced");
        tried_few(t, 1, "looking for workers to let go");
    }
};

struct GoesWithThePool {
    static constexpr Promise kPromise = {376,
                                         "",
                                         "workers.idle-timer-goes-with-the-pool",
                                         "A pool that goes while its idle timer runs takes that back",
                                         "kernel/workqueue.c: put_unbound_pool()",
                                         0,
                                         Fault::kTraceLies};

    static void run(Trial& t)
    {
        const uintptr_t function = wqlab_symbol("idle_worker_timeout");
        SKIP_UNLESS(t, function, "this kernel shows no idle_worker_timeout()");
        const TimerCancels cancels(t.has_fault(Fault::kTraceLies) ? 0 : function);
        SKIP_UNLESS(t, cancels.attached(), "timers can't be watched here");
        Queue& wq = idle::queue_with_new_pool(t);
        idle::arm_timer(t, wq);
        if (t.decided())
            return;
        const uint32_t before = cancels.count();
        wq.destroy();
        AWAIT(t, cancels.count() != before, "the idle timer of a pool that goes to be taken back");
    }
};

constexpr Check kAll[] = {
    check_of<RunsOn>(),
    check_of<GoesWithThePool>(),
    check_of<NobodyGoesInVain>(),
};

}  // namespace idle_timer

constinit const Group kIdleTimerChecks = group_of("lifecycle", idle_timer::kAll);

}  // namespace wqlab
