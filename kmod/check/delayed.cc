// SPDX-License-Identifier: GPL-2.0
// Group B: delayed and RCU work.
#include "kernel_log.hh"

namespace wqlab {

namespace delayed {

constexpr wqlab_work_kind kDelayed = WQLAB_WORK_DELAYED;

inline uint64_t an_hour()
{
    return uint64_t{3600} * wqlab_hz();
}

struct ZeroIsAtOnce {
    static constexpr Promise kPromise = {
        20, "", "delayed.zero-is-at-once",
        "queue_delayed_work() with delay 0 queues at once, without a timer",
        "kernel/workqueue.c: __queue_delayed_work()", 0, Fault::kQueueLoses};

    struct Call {
        Queue* wq;
        Probe* item;
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
        Probe& item = t.probe("the item", Probe::Body::kReturn, kDelayed);
        Call call = {&wq, &item, false, true, false};
        wqlab_call_with_irqs_off(queue_and_look, &call);
        WANT(t, call.queued, "it returned false for an idle item");
        WANT(t, !call.timer, "a timer was armed");
        WANT(t, call.pending, "the item was not pending after it");
        AWAIT(t, item.ended() == 1, "the item to run");
    }
};

struct NeverBeforeItsTime {
    static constexpr Promise kPromise = {
        21, "", "delayed.never-before-its-time",
        "A delayed item does not run before its delay, in jiffies, has passed",
        "include/linux/workqueue.h: queue_delayed_work()", 0, Fault::kDelayEarly};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        static constexpr uint32_t kDelays[] = {1, 2, 3, 5, 8, 13, 21};
        for (const uint32_t delay : kDelays) {
            Probe& item = t.probe("the item", Probe::Body::kReturn, kDelayed);
            const uint64_t then = wqlab_jiffies();
            item.queue_delayed(wq, delay);
            AWAIT(t, item.ended() == 1, "a delayed item to run");
            WANT(t, item.last().jiffies - then >= delay, "with a delay of %u jiffies it ran after %u", delay,
                 static_cast<uint32_t>(item.last().jiffies - then));
        }
        t.note("%zu delays", sizeof(kDelays) / sizeof(kDelays[0]));
    }
};

struct PendingIsLeftAlone {
    static constexpr Promise kPromise = {
        22, "", "delayed.pending-is-left-alone",
        "queue_delayed_work() of a pending item returns false and does not change when it expires",
        "kernel/workqueue.c: queue_delayed_work_on()", 0, Fault::kQueueLies};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        Probe& item = t.probe("the item", Probe::Body::kReturn, kDelayed);
        WANT(t, item.queue_delayed(wq, an_hour()), "it returned false for an idle item");
        const uint64_t expires = item.timer_expires();
        WANT(t, !item.queue_delayed(wq, 1), "it returned true for a pending item");
        WANT(t, item.timer_expires() == expires && item.timer_pending(), "it changed when a pending item expires");
        WANT(t, item.cancel(), "the item was not pending any more");
        WANT(t, item.started() == 0, "the item ran");
    }
};

struct OnTheNamedCpu {
    static constexpr Promise kPromise = {
        23, "", "delayed.on-the-named-cpu",
        "queue_delayed_work_on() runs the item on the CPU that it names",
        "kernel/workqueue.c: queue_delayed_work_on()", 0, Fault::kQueueOtherCpu};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.online_cpus() > 1, "there is one CPU");
        Queue& wq = t.queue();
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++) {
            if (!wqlab_cpu_online(cpu))
                continue;
            Probe& item = t.probe("the item", Probe::Body::kReturn, kDelayed);
            item.queue_delayed(wq, 2, static_cast<int>(cpu));
            AWAIT(t, item.ended() == 1, "a delayed item to run");
            WANT(t, item.last().cpu == cpu, "queued for CPU %u it ran on CPU %u", cpu, item.last().cpu);
        }
    }
};

struct ModQueuesIdle {
    static constexpr Promise kPromise = {
        24, "", "delayed.mod-queues-idle",
        "mod_delayed_work() of an idle item returns false and queues it",
        "kernel/workqueue.c: mod_delayed_work_on()", 0, Fault::kDelayIgnored};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        Probe& item = t.probe("the item", Probe::Body::kReturn, kDelayed);
        WANT(t, !item.mod_delayed(wq, 1), "it returned true for an idle item");
        AWAIT(t, item.ended() == 1, "the item to run");
        wq.flush();
        WANT(t, item.ended() == 1, "it ran %u times", item.ended());
    }
};

struct ModMovesPending {
    static constexpr Promise kPromise = {
        25, "", "delayed.mod-moves-pending",
        "mod_delayed_work() of an item that waits for its timer, a worker or max_active returns true and re-arms it: one run",
        "kernel/workqueue.c: mod_delayed_work_on()", 0, Fault::kDelayIgnored};

    static void run(Trial& t)
    {
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue({.max_active = 1});
        Probe& front = t.probe("the item in front", Probe::Body::kGate);
        front.queue_on(wq, cpu);
        AWAIT(t, front.started() == 1, "the item in front to start");
        // Held back by max_active.
        Probe& inactive = t.probe("an item held back", Probe::Body::kReturn, kDelayed);
        inactive.queue_delayed(wq, 0, static_cast<int>(cpu));
        WANT(t, inactive.mod_delayed(wq, an_hour(), static_cast<int>(cpu)), "it returned false for an item held back by max_active");
        WANT(t, inactive.timer_pending(), "the timer of an item that was held back is not armed");
        // On its timer.
        const uint64_t expires = inactive.timer_expires();
        WANT(t, inactive.mod_delayed(wq, 2 * an_hour(), static_cast<int>(cpu)), "it returned false for an item on its timer");
        WANT(t, inactive.timer_expires() > expires, "it did not move the timer");
        front.open();
        wq.flush();
        WANT(t, inactive.started() == 0, "an item ran that had been moved to later");
        const uint64_t then = wqlab_jiffies();
        WANT(t, inactive.mod_delayed(wq, 3, static_cast<int>(cpu)), "it returned false for an item on its timer");
        AWAIT(t, inactive.ended() == 1, "the item that was moved to sooner");
        WANT(t, inactive.last().jiffies - then >= 3, "it ran before the new time");
        wq.flush();
        t.linger();
        WANT(t, inactive.ended() == 1, "it ran %u times", inactive.ended());

        // On the worklist: with interrupts off no worker of this CPU takes it.
        struct Call {
            Queue* wq;
            Probe* item;
            bool pending, modified, timer;
        } call = {&wq, &t.probe("an item on the worklist", Probe::Body::kReturn, kDelayed), false, false, false};
        wqlab_call_with_irqs_off(
            [](void* argument) {
                Call& c = *static_cast<Call*>(argument);
                const int here = static_cast<int>(wqlab_this_cpu());
                c.item->queue_delayed(*c.wq, 0, here);
                c.pending = c.item->pending() && !c.item->timer_pending();
                c.modified = c.item->mod_delayed(*c.wq, an_hour(), here);
                c.timer = c.item->timer_pending();
            },
            &call);
        WANT(t, call.pending && call.modified && call.timer, "an item on a worklist was not moved to its timer");
        WANT(t, call.item->cancel() && call.item->started() == 0, "it ran, or was not pending");
    }
};

struct ModZeroIsImmediate {
    static constexpr Promise kPromise = {
        26, "", "delayed.mod-zero-is-immediate",
        "mod_delayed_work() with delay 0 queues the item at once, whatever it waited for",
        "kernel/workqueue.c: mod_delayed_work_on()", 0, Fault::kDelayIgnored};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        Probe& item = t.probe("the item", Probe::Body::kReturn, kDelayed);
        item.queue_delayed(wq, an_hour());
        WANT(t, item.mod_delayed(wq, 0), "it returned false for a pending item");
        WANT(t, !item.timer_pending(), "its timer is still armed");
        AWAIT(t, item.ended() == 1, "an item with an hour to go to run");
    }
};

struct ModFromHardirq {
    static constexpr Promise kPromise = {
        27, "", "delayed.mod-from-hardirq",
        "mod_delayed_work() may be called from an interrupt handler",
        "kernel/workqueue.c: mod_delayed_work_on()", 0, Fault::kDelayIgnored};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        struct Call {
            Queue* wq;
            Probe* item;
            bool in_hardirq, first, second;
        } call = {&wq, &t.probe("the item", Probe::Body::kReturn, kDelayed), false, true, false};
        wqlab_call_in_hardirq(
            [](void* argument) {
                Call& c = *static_cast<Call*>(argument);
                c.in_hardirq = wqlab_in_hardirq();
                c.first = c.item->mod_delayed(*c.wq, an_hour());
                c.second = c.item->mod_delayed(*c.wq, 1);
            },
            &call);
        WANT(t, call.in_hardirq, "this was no interrupt");
        WANT(t, !call.first && call.second, "it returned %d for an idle and %d for a pending item", call.first, call.second);
        AWAIT(t, call.item->ended() == 1, "the item to run");
    }
};

struct ModOfDisabled {
    static constexpr Promise kPromise = {
        28, "", "delayed.mod-of-disabled",
        "mod_delayed_work() of a disabled item queues nothing and arms no timer, nor does enabling it later",
        "kernel/workqueue.c: mod_delayed_work_on(), disable_work()", 0, Fault::kDisableDoesNothing};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        Probe& item = t.probe("the item", Probe::Body::kReturn, kDelayed);
        item.disable();
        WANT(t, !item.mod_delayed(wq, 10), "it returned true for a disabled item");
        WANT(t, !item.timer_pending() && !item.pending(), "it armed the timer of a disabled item");
        WANT(t, item.enable(), "enable_delayed_work() returned false");
        WANT(t, !item.timer_pending() && !item.pending(), "enabling armed the timer");
        t.linger();
        WANT(t, item.started() == 0, "the item ran");
    }
};

struct FlushRunsNow {
    static constexpr Promise kPromise = {
        29, "", "delayed.flush-runs-now",
        "flush_delayed_work() runs a waiting item now, on the CPU that it was queued for, and waits; false if idle",
        "kernel/workqueue.c: flush_delayed_work()", 0, Fault::kFlushLies};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        Probe& item = t.probe("the item", Probe::Body::kReturn, kDelayed);
        WANT(t, !item.flush(), "it returned true for an idle item");
        const uint32_t here = t.first_cpu(), there = t.other_cpu(here);
        item.queue_delayed(wq, an_hour(), static_cast<int>(there));
        const bool waited = t.on_cpu(here, [&item] { return item.flush(); });
        WANT(t, item.ended() == 1, "the item had not run when it returned");
        WANT(t, waited, "it returned false for a waiting item");
        WANT(t, item.last().cpu == there, "queued for CPU %u and flushed on CPU %u it ran on CPU %u", there, here, item.last().cpu);
    }
};

struct CancelDoesNotWait {
    static constexpr Promise kPromise = {
        30, "", "delayed.cancel-says-whether-pending",
        "cancel_delayed_work() returns true if the item was pending, and does not wait for one that runs",
        "kernel/workqueue.c: cancel_delayed_work()", 0, Fault::kCancelLies};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        Probe& item = t.probe("the item", Probe::Body::kGate, kDelayed);
        WANT(t, !item.cancel(), "it returned true for an idle item");
        item.queue_delayed(wq, an_hour());
        WANT(t, item.cancel() && !item.timer_pending(), "it returned false for an item on its timer, or left the timer");
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
        31, "", "delayed.cancel-sync-of-rearming",
        "When cancel_delayed_work_sync() returns, the item is neither pending nor running, even if it re-arms itself",
        "kernel/workqueue.c: cancel_delayed_work_sync()", 0, Fault::kSyncDoesNotWait};

    struct Rearm {
        Queue* wq;
        bool hold;
        Gate* gate;
    };

    static void rearm(Probe& probe, void* argument)
    {
        const Rearm& again = *static_cast<Rearm*>(argument);
        wqlab_queue_delayed_on(again.wq->get(), probe.address(), -1, 1);
        if (again.hold)
            again.gate->wait(Event::kForEver - 1);
    }

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        Rearm* again = t.own<Rearm>();
        if (!again)
            return;
        *again = {&wq, true, &t.gate()};
        Probe& held = t.probe("the item that re-arms itself", Probe::Body::kReturn, kDelayed).on_run(rearm, again);
        held.queue_delayed(wq, 1);
        AWAIT(t, held.started() == 1, "the item to start");
        Actor& canceller = t.actor("canceller", Kthread::kAnyCpu, [&held] { held.cancel_sync(); });
        AWAIT(t, canceller.done() || t.sleeps_behind_barrier(canceller), "cancel_delayed_work_sync() to begin");
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
    static constexpr Promise kPromise = {
        32, "", "delayed.deferrable-timer",
        "INIT_DEFERRABLE_WORK() makes an item whose timer does not wake an idle CPU",
        "include/linux/workqueue.h: INIT_DEFERRABLE_WORK()", 0, Fault::kBusyLies};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        Probe& deferrable = t.probe("the deferrable item", Probe::Body::kReturn, kDelayed, true);
        Probe& plain = t.probe("the plain item", Probe::Body::kReturn, kDelayed);
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
    static constexpr Promise kPromise = {
        33, "", "delayed.offline-cpu-warns",
        "A delay on a CPU that is offline may never end: 7.x warns of it",
        "kernel/workqueue.c: queue_delayed_work_on()", WQLAB_CHECK_HOTPLUG | WQLAB_CHECK_NEGATIVE, Fault::kQueueLoses};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, wqlab_features() & WQLAB_FEATURE_BH_PERCPU, "this kernel says nothing, and the timer may never fire");
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, cpu != t.first_cpu(), "there is one CPU");
        SKIP_UNLESS(t, t.write("/sys/kernel/debug/clear_warn_once", "1") == 0, "clear_warn_once can't be written");
        Queue& wq = t.queue();
        Probe& item = t.probe("the item", Probe::Body::kReturn, kDelayed);
        if (const int error = wqlab_cpu_down(cpu))
            return t.skip("CPU %u can't be taken offline: error %d", cpu, error);
        uint32_t warnings;
        {
            const KernelLog log(t, "WARNING");
            item.queue_delayed(wq, 2, static_cast<int>(cpu));
            warnings = log.count();
        }
        if (const int error = wqlab_cpu_up(cpu))
            return t.fail("CPU %u can't be brought back: error %d", cpu, error);
        item.cancel();
        WANT(t, warnings == 1, "the kernel warned %u times", warnings);
    }
};

struct RcuWaitsForReaders {
    static constexpr Promise kPromise = {
        34, "", "rcu.waits-for-a-grace-period",
        "An item that queue_rcu_work() took runs after a full RCU grace period",
        "kernel/workqueue.c: queue_rcu_work()", 0, Fault::kDelayEarly};

    static void run(Trial& t)
    {
        const uint32_t there = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, there != t.first_cpu(), "there is one CPU");
        Queue& wq = t.queue();
        struct Reader {
            bool inside, leave;
        };
        Reader* reader = t.own<Reader>();
        if (!reader)
            return;
        struct Cookie {
            uint64_t cookie;
            bool passed;
        };
        Cookie* cookie = t.own<Cookie>();
        if (!cookie)
            return;
        Probe& item = t.probe("the item", Probe::Body::kReturn, WQLAB_WORK_RCU)
                          .on_run([](Probe&, void* argument) {
                              Cookie& c = *static_cast<Cookie*>(argument);
                              c.passed = wqlab_rcu_passed(c.cookie);
                          }, cookie);
        t.actor("reader", static_cast<int>(there), [reader, &item, &t] {
            const uint64_t limit = wqlab_now() + 5'000'000'000;  // below the stall warnings
            wqlab_rcu_read_lock();
            __atomic_store_n(&reader->inside, true, __ATOMIC_RELEASE);
            while (!__atomic_load_n(&reader->leave, __ATOMIC_ACQUIRE) && !t.given_up() && wqlab_now() < limit)
                wqlab_relax();
            // Under this lock it can be said whether the item waited.
            if (item.started())
                t.fail("the item started while a reader was inside since before it was queued");
            wqlab_rcu_read_unlock();
        });
        AWAIT(t, __atomic_load_n(&reader->inside, __ATOMIC_ACQUIRE), "the reader");
        cookie->cookie = wqlab_rcu_cookie();
        const bool queued = item.queue_rcu(wq);
        t.linger();
        __atomic_store_n(&reader->leave, true, __ATOMIC_RELEASE);
        WANT(t, queued, "it returned false for an idle item");
        AWAIT(t, item.ended() == 1, "the item to run after the grace period");
        WANT(t, cookie->passed, "the item ran before the grace period had ended");
    }
};

struct RcuSaysWhetherPending {
    static constexpr Promise kPromise = {
        35, "", "rcu.says-whether-pending",
        "queue_rcu_work() returns false while the item is pending; flush_rcu_work() waits, and returns false if idle",
        "kernel/workqueue.c: queue_rcu_work(), flush_rcu_work()", 0, Fault::kFlushLies};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        Probe& item = t.probe("the item", Probe::Body::kReturn, WQLAB_WORK_RCU);
        WANT(t, !item.flush(), "flush_rcu_work() returned true for an item that was never queued");
        for (uint32_t round = 1; round <= 5; round++) {
            struct Call {
                Probe* item;
                Queue* wq;
                bool first, second;
            } call = {&item, &wq, false, true};
            // No grace period ends while this CPU has interrupts off.
            wqlab_call_with_irqs_off(
                [](void* argument) {
                    Call& c = *static_cast<Call*>(argument);
                    c.first = c.item->queue_rcu(*c.wq);
                    c.second = c.item->queue_rcu(*c.wq);
                },
                &call);
            WANT(t, call.first && !call.second, "queue_rcu_work() returned %d for an idle and %d for a pending item", call.first,
                 call.second);
            WANT(t, item.flush() || item.ended() == round, "flush_rcu_work() returned false for a pending item");
            WANT(t, item.ended() == round, "the item had not run when flush_rcu_work() returned");
        }
        wq.flush();
        WANT(t, !item.flush(), "flush_rcu_work() returned true for an idle item");
    }
};

constexpr Check kAll[] = {
    check_of<ZeroIsAtOnce>(),
    check_of<NeverBeforeItsTime>(),
    check_of<PendingIsLeftAlone>(),
    check_of<OnTheNamedCpu>(),
    check_of<ModQueuesIdle>(),
    check_of<ModMovesPending>(),
    check_of<ModZeroIsImmediate>(),
    check_of<ModFromHardirq>(),
    check_of<ModOfDisabled>(),
    check_of<FlushRunsNow>(),
    check_of<CancelDoesNotWait>(),
    check_of<CancelSyncOfRearming>(),
    check_of<DeferrableTimer>(),
    check_of<OfflineCpuWarns>(),
    check_of<RcuWaitsForReaders>(),
    check_of<RcuSaysWhetherPending>(),
};

}  // namespace delayed

constinit const Group kDelayedChecks = group_of("delayed", delayed::kAll);

}  // namespace wqlab
