// SPDX-License-Identifier: GPL-2.0
// Delayed work.
#include "../../glue/context.h"
#include "../../glue/cpu.h"
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../harness/kernel_log.hh"
#include "../scenes/cpu_away.hh"
#include "../scenes/delayed.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace delayed {

struct ZeroIsAtOnce {
    static constexpr Promise kPromise = {20,
                                         "",
                                         "delayed.zero-is-at-once",
                                         "queue_delayed_work() with delay 0 queues at once, without a timer",
                                         "kernel/workqueue.c: __queue_delayed_work()",
                                         0,
                                         Fault::kQueueLoses};

    struct Call {
        Queue* wq;
        TestItem* item;
        bool queued, timer, pending;
    };

    // With interrupts off no worker of this CPU can take the item meanwhile.
    static void queue_and_look(void* argument)
    {
        Call& call = *static_cast<Call*>(argument);
        call.queued = call.item->queue_delayed(*call.wq, 0, static_cast<int>(wqlab_this_cpu()));
        call.timer = call.item->timer_pending();
        call.pending = call.item->pending();
    }

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        TestItem& item = t.item("the item", TestItem::Body::kReturn, kDelayed);
        Call call = {&wq, &item, false, true, false};
        wqlab_call_with_irqs_off(queue_and_look, &call);
        WANT(t, call.queued, "it returned false for an idle item");
        WANT(t, !call.timer, "a timer was armed");
        WANT(t, call.pending, "the item was not pending after it");
        AWAIT(t, item.ended() == 1, "the item to run");
    }
};

struct NeverBeforeItsTime {
    static constexpr Promise kPromise = {21,
                                         "",
                                         "delayed.never-before-its-time",
                                         "A delayed item does not run before its delay, in jiffies, has passed",
                                         "include/linux/workqueue.h: queue_delayed_work()",
                                         0,
                                         Fault::kDelayEarly};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        static constexpr uint32_t kDelays[] = {1, 2, 3, 5, 8, 13, 21};
        for (const uint32_t delay : kDelays) {
            TestItem& item = t.item("the item", TestItem::Body::kReturn, kDelayed);
            const uint64_t then = wqlab_jiffies();
            item.queue_delayed(wq, delay);
            // A timer fires in the tick after the one that it names, which would hide that it is armed too early.
            WANT(t, item.timer_expires() >= then + delay, "with a delay of %u jiffies its timer was armed %d ahead",
                 delay, static_cast<int>(item.timer_expires() - then));
            AWAIT(t, item.ended() == 1, "a delayed item to run");
            WANT(t, item.last().jiffies - then >= delay, "with a delay of %u jiffies it ran after %u", delay,
                 static_cast<uint32_t>(item.last().jiffies - then));
        }
        t.note("%zu delays", sizeof(kDelays) / sizeof(kDelays[0]));
        // As far ahead as no 32 bits go, and as MAX_JIFFY_OFFSET, with which a timer is as good as none.
        for (const uint64_t delay : {uint64_t{1} << 31, uint64_t{1} << 32, (UINT64_MAX >> 2) - 1}) {
            TestItem& item = t.item("an item that is delayed for long", TestItem::Body::kReturn, kDelayed);
            const uint64_t then = wqlab_jiffies();
            item.queue_delayed(wq, delay);
            WANT(t, item.timer_expires() - then >= delay && item.timer_expires() - then <= UINT64_MAX / 2,
                 "with a delay of %llu jiffies its timer was armed %llu ahead", static_cast<unsigned long long>(delay),
                 static_cast<unsigned long long>(item.timer_expires() - then));
            WANT(t, item.cancel() && item.started() == 0, "an item delayed by %llu jiffies ran",
                 static_cast<unsigned long long>(delay));
        }
    }
};

struct PendingIsLeftAlone {
    static constexpr Promise kPromise = {
        22,
        "",
        "delayed.pending-is-left-alone",
        "queue_delayed_work() of a pending item returns false and does not change when it expires",
        "kernel/workqueue.c: queue_delayed_work_on()",
        0,
        Fault::kQueueLies};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        TestItem& item = t.item("the item", TestItem::Body::kReturn, kDelayed);
        WANT(t, item.queue_delayed(wq, an_hour()), "it returned false for an idle item");
        const uint64_t expires = item.timer_expires();
        WANT(t, !item.queue_delayed(wq, 1), "it returned true for a pending item");
        WANT(t, item.timer_expires() == expires && item.timer_pending(), "it changed when a pending item expires");
        WANT(t, item.cancel(), "the item was not pending any more");
        WANT(t, item.started() == 0, "the item ran");
    }
};

struct OnTheNamedCpu {
    static constexpr Promise kPromise = {23,
                                         "",
                                         "delayed.on-the-named-cpu",
                                         "queue_delayed_work_on() runs the item on the CPU that it names",
                                         "kernel/workqueue.c: queue_delayed_work_on()",
                                         0,
                                         Fault::kQueueOtherCpu};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.online_cpus() > 1, "there is one CPU");
        Queue& wq = t.queue();
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++) {
            if (!wqlab_cpu_online(cpu))
                continue;
            TestItem& item = t.item("the item", TestItem::Body::kReturn, kDelayed);
            item.queue_delayed(wq, 2, static_cast<int>(cpu));
            AWAIT(t, item.ended() == 1, "a delayed item to run");
            WANT(t, item.last().cpu == cpu, "queued for CPU %u it ran on CPU %u", cpu, item.last().cpu);
        }
    }
};

struct FlushRunsNow {
    static constexpr Promise kPromise = {
        29,
        "",
        "delayed.flush-runs-now",
        "flush_delayed_work() runs a waiting item now, on the CPU that it was queued for, and waits; false if idle",
        "kernel/workqueue.c: flush_delayed_work()",
        0,
        Fault::kFlushLies};

    static void judge(Trial& t, Queue& wq, uint32_t here, uint32_t there)
    {
        TestItem& item = t.item("the item", TestItem::Body::kGate, kDelayed);
        WANT(t, !item.flush(), "it returned true for an idle item");
        item.queue_delayed(wq, an_hour(), static_cast<int>(there));
        Actor& flusher = t.actor("flusher", static_cast<int>(here), [&item] { return item.flush(); });
        // Held, for an item that has ended before the flusher looks is idle.
        AWAIT(t, item.started() == 1 && (flusher.done() || sleeps_behind_barrier(t, flusher)),
              "flush_delayed_work() to queue the item and wait");
        WANT(t, !flusher.done(), "it returned while the item was running");
        item.open();
        AWAIT(t, flusher.done(), "flush_delayed_work() to return");
        WANT(t, flusher.done_ticket() > item.last().end, "the item had not ended when it returned");
        WANT(t, flusher.result(), "it returned false for a waiting item");
        WANT(t, item.last().cpu == there, "queued for CPU %u and flushed on CPU %u it ran on CPU %u", there, here,
             item.last().cpu);
    }

    static void run(Trial& t)
    {
        const uint32_t here = t.first_cpu(), there = t.other_cpu(here);
        judge(t, t.queue(), here, there);
        if (t.decided() || wqlab_lacks() & WQLAB_LACK_SCOPES)
            return;
        // Of an unbound one, where a worker may run nowhere else.
        if (there < 64 && unbound_cpus(t) >> there & 1 && !t.decided())
            judge(t, t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "cpu", .strict = true}), here, there);
    }
};

struct CancelDoesNotWait {
    static constexpr Promise kPromise = {
        30,
        "",
        "delayed.cancel-says-whether-pending",
        "cancel_delayed_work() returns true if the item was pending, and does not wait for one that runs",
        "kernel/workqueue.c: cancel_delayed_work()",
        0,
        Fault::kCancelLies};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        TestItem& item = t.item("the item", TestItem::Body::kGate, kDelayed);
        WANT(t, !item.cancel(), "it returned true for an idle item");
        item.queue_delayed(wq, an_hour());
        WANT(t, item.cancel() && !item.timer_pending(),
             "it returned false for an item on its timer, or left the timer");
        item.queue_delayed(wq, 0);
        AWAIT(t, item.started() == 1, "the item to start");
        WANT(t, !item.cancel(), "it returned true for a running item");
        WANT(t, item.running(), "the running item ended");
        item.queue_delayed(wq, an_hour());
        WANT(t, item.cancel(), "it returned false for an item that was running and on its timer");
        item.open();
        wq.flush();
        WANT(t, item.ended() == 1, "it ran %u times", item.ended());
    }
};

struct CancelSyncOfRearming {
    static constexpr Promise kPromise = {
        31,
        "",
        "delayed.cancel-sync-of-rearming",
        "When cancel_delayed_work_sync() returns, the item is neither pending nor running, even if it re-arms itself",
        "kernel/workqueue.c: cancel_delayed_work_sync()",
        0,
        Fault::kSyncDoesNotWait};

    struct Rearm {
        Queue* wq;
        bool hold;
        Gate* gate;
    };

    static void rearm(TestItem& item, void* argument)
    {
        const Rearm& again = *static_cast<Rearm*>(argument);
        wqlab_queue_delayed_on(again.wq->get(), item.address(), -1, 1);
        if (again.hold)
            again.gate->pass();
    }

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        Rearm* again = t.own<Rearm>();
        if (!again)
            return;
        *again = {&wq, true, &t.gate()};
        TestItem& held = t.item("the item that re-arms itself", TestItem::Body::kReturn, kDelayed).on_run(rearm, again);
        held.queue_delayed(wq, 1);
        AWAIT(t, held.started() == 1, "the item to start");
        Actor& canceller = t.actor("canceller", Kthread::kAnyCpu, [&held] { held.cancel_sync(); });
        AWAIT(t, canceller.done() || sleeps_behind_barrier(t, canceller), "cancel_delayed_work_sync() to begin");
        t.linger();
        WANT(t, !canceller.done(), "it returned while the item was running");
        again->gate->open();
        AWAIT(t, canceller.done(), "cancel_delayed_work_sync() to return");
        const uint32_t runs = held.started();
        WANT(t, held.busy() == 0 && !held.timer_pending(), "the item is pending or running after it");
        t.linger();
        WANT(t, held.started() == runs, "the item ran after it");
    }
};

struct DeferrableTimer {
    static constexpr Promise kPromise = {32,
                                         "",
                                         "delayed.deferrable-timer",
                                         "INIT_DEFERRABLE_WORK() makes an item whose timer does not wake an idle CPU",
                                         "include/linux/workqueue.h: INIT_DEFERRABLE_WORK()",
                                         0,
                                         Fault::kBusyLies};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        TestItem& deferrable = t.item("the deferrable item", TestItem::Body::kReturn, kDelayed, true);
        TestItem& plain = t.item("the plain item", TestItem::Body::kReturn, kDelayed);
        WANT(t, deferrable.timer_is_deferrable() && !plain.timer_is_deferrable(), "the timers' flags are %d and %d",
             deferrable.timer_is_deferrable(), plain.timer_is_deferrable());
        deferrable.queue_delayed(wq, an_hour());
        WANT(t, deferrable.timer_is_deferrable(), "the flag went when the timer was armed");
        WANT(t, deferrable.pending(), "the item is not pending");
        WANT(t, deferrable.mod_delayed(wq, 0), "mod_delayed_work() returned false for it");
        AWAIT(t, deferrable.ended() == 1, "the deferrable item to run at once");
    }
};

struct OfflineCpuWarns {
    static constexpr Promise kPromise = {33,
                                         "",
                                         "delayed.offline-cpu-warns",
                                         "A delay on a CPU that is offline may never end: 7.x warns of it",
                                         "kernel/workqueue.c: queue_delayed_work_on()",
                                         WQLAB_CHECK_HOTPLUG | WQLAB_CHECK_NEGATIVE,
                                         Fault::kQueueLoses};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, wqlab_since_7_1(), "this kernel says nothing, and the timer may never fire");
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, cpu != t.first_cpu(), "there is one CPU");
        if (!hear_again(t))
            return;
        Queue& wq = t.queue();
        TestItem& item = t.item("the item", TestItem::Body::kReturn, kDelayed);
        CpuAway away(t, cpu);
        if (t.decided())
            return;
        uint32_t warnings;
        {
            const KernelLog<Warnings> log(t);
            item.queue_delayed(wq, 2, static_cast<int>(cpu));
            warnings = log.count();
        }
        away.back();
        item.cancel();
        WANT(t, warnings == 1, "the kernel warned %u times", warnings);
    }
};

constexpr Check kAll[] = {
    check_of<ZeroIsAtOnce>(),         check_of<NeverBeforeItsTime>(), check_of<PendingIsLeftAlone>(),
    check_of<OnTheNamedCpu>(),        check_of<FlushRunsNow>(),       check_of<CancelDoesNotWait>(),
    check_of<CancelSyncOfRearming>(), check_of<DeferrableTimer>(),    check_of<OfflineCpuWarns>(),
};

}  // namespace delayed

constinit const Group kDelayedChecks = group_of("delayed", delayed::kAll);

}  // namespace wqlab
