// SPDX-License-Identifier: GPL-2.0
// What came with Linux 6.10: disabling, and cancelling where nothing may sleep.
#include "../../glue/context.h"
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../harness/kernel_log.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace disabling {

struct DisableCancels {
    static constexpr Promise kPromise = {
        55,
        "",
        "disable.cancels-and-refuses",
        "disable_work() cancels the item, true if it was pending, and then no queueing function takes it",
        "kernel/workqueue.c: disable_work()",
        0,
        Fault::kDisableDoesNothing};

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.max_active = 1});
        TestItem& front = t.item("the item in front", TestItem::Body::kGate);
        TestItem& item = t.item("the item");
        front.queue_on(wq, t.first_cpu());
        AWAIT(t, front.started() == 1, "the item in front to start");
        item.queue_on(wq, t.first_cpu());
        WANT(t, item.disable(), "it returned false for a pending item");
        WANT(t, !item.pending(), "the item is pending after it");
        WANT(t, !item.queue(wq) && !item.queue_on(wq, t.first_cpu()), "queue_work() of a disabled item returned true");
        WANT(t, !item.pending(), "queue_work() made a disabled item pending");
        Queue& unbound = t.queue({.flags = WQLAB_WQ_UNBOUND});
        WANT(t, !item.queue_node(unbound, -1) && !item.pending(), "queue_work_node() took a disabled item");

        TestItem& delayed = t.item("the delayed item", TestItem::Body::kReturn, WQLAB_WORK_DELAYED);
        delayed.queue_delayed(wq, 1000 * wqlab_hz());
        WANT(t, delayed.disable(), "disable_delayed_work() returned false for a pending item");
        WANT(t, !delayed.timer_pending(), "its timer is pending after disable_delayed_work()");
        // Without a delay there is no timer, which might be refused for itself.
        for (const uint32_t delay : {1, 0}) {
            WANT(t, !delayed.queue_delayed(wq, delay), "queue_delayed_work() of a disabled item returned true");
            WANT(t, !delayed.mod_delayed(wq, delay), "mod_delayed_work() of a disabled item returned true");
            WANT(t, !delayed.timer_pending() && !delayed.pending(), "a disabled delayed item is pending");
        }
        front.open();
        wq.flush();
        t.linger();
        WANT(t, item.started() == 0 && delayed.started() == 0, "a disabled item ran");
    }
};

struct EnableCounts {
    static constexpr Promise kPromise = {
        56,
        "",
        "enable.counts",
        "enable_work() undoes one disable_work(), and returns true only when it undid the last",
        "kernel/workqueue.c: enable_work()",
        0,
        Fault::kEnableDoesNothing};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        TestItem& item = t.item("the item");
        for (int i = 0; i < 3; i++)
            WANT(t, !item.disable(), "disable_work() of an idle item returned true");
        WANT(t, !item.enable(), "the first of three returned true");
        WANT(t, !item.queue(wq), "queue_work() returned true with two disables left");
        WANT(t, !item.enable(), "the second of three returned true");
        WANT(t, !item.queue(wq), "queue_work() returned true with one disable left");
        WANT(t, item.enable(), "the third of three returned false");
        WANT(t, item.queue(wq), "queue_work() returned false with no disable left");
        AWAIT(t, item.ended() == 1, "the item to run");
    }
};

struct DisableSyncWaits {
    static constexpr Promise kPromise = {
        57,
        "",
        "disable.sync-waits-plain-does-not",
        "disable_work_sync() waits for a running item, disable_work() does not and may be called by the item itself",
        "kernel/workqueue.c: disable_work(), disable_work_sync()",
        0,
        Fault::kSyncDoesNotWait};

    struct Self {
        Queue* wq;
        bool disabled, queued;
    };

    static void disable_itself(TestItem& item, void* argument)
    {
        Self& self = *static_cast<Self*>(argument);
        self.disabled = item.disable();
        self.queued = item.queue(*self.wq);
    }

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        TestItem& item = t.item("the item", TestItem::Body::kGate);
        item.queue(wq);
        AWAIT(t, item.started() == 1, "the item to start");
        WANT(t, !item.disable() && item.running(), "disable_work() of a running item returned true, or waited");
        Actor& disabler = t.actor("disabler", Kthread::kAnyCpu, [&item] { item.disable(true); });
        AWAIT(t, disabler.done() || sleeps_behind_barrier(t, disabler), "disable_work_sync() to begin");
        t.linger();
        WANT(t, !disabler.done(), "disable_work_sync() returned while the item was running");
        item.open();
        AWAIT(t, disabler.done(), "disable_work_sync() to return");
        WANT(t, disabler.done_ticket() > item.last().end, "disable_work_sync() returned before the item had ended");
        item.enable();
        item.enable();

        Self* self = t.own<Self>();
        if (!self)
            return;
        *self = {&wq, true, true};
        TestItem& own = t.item("an item that disables itself").on_run(disable_itself, self);
        own.queue(wq);
        AWAIT(t, own.ended() == 1, "the item that disables itself to end");
        WANT(t, !self->disabled, "disable_work() in the item's own function returned true");
        WANT(t, !self->queued, "an item that had disabled itself could be queued");
        t.linger();
        WANT(t, own.started() == 1, "an item that had disabled itself ran again");
        own.enable();
    }
};

struct EnableReplaysNothing {
    static constexpr Promise kPromise = {
        58,
        "",
        "enable.replays-nothing",
        "Enabling runs nothing by itself; enable_and_queue_work() queues when no disable is left",
        "include/linux/workqueue.h: enable_and_queue_work()",
        0,
        Fault::kEnableDoesNothing};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        TestItem& item = t.item("the item");
        item.disable();
        for (int i = 0; i < 10; i++)
            item.queue(wq);
        WANT(t, item.enable(), "enable_work() of an item disabled once returned false");
        wq.flush();
        t.linger();
        WANT(t, item.started() == 0 && !item.pending(),
             "what was refused while it was disabled ran after it was enabled");

        item.disable();
        item.disable();
        WANT(t, !item.enable_and_queue(wq), "enable_and_queue_work() returned true with a disable left");
        WANT(t, !item.pending() && item.started() == 0, "enable_and_queue_work() queued with a disable left");
        WANT(t, item.enable_and_queue(wq), "enable_and_queue_work() returned false for the last disable");
        AWAIT(t, item.ended() == 1, "the item that enable_and_queue_work() queued");
        wq.flush();
        WANT(t, item.ended() == 1, "it ran %u times, not once", item.ended());
    }
};

struct DisableDepth {
    static constexpr Promise kPromise = {
        59,
        "",
        "disable.depth-limit",
        "An item can be disabled 65535 times over; one more warns and does not count",
        "kernel/workqueue.c: work_offqd_disable(): the field has 16 bits, the comment says 65536",
        WQLAB_CHECK_NEGATIVE,
        Fault::kDisableDoesNothing};

    static void run(Trial& t)
    {
        constexpr uint32_t kDepth = 65535;
        Queue& wq = t.queue();
        TestItem& item = t.item("the item");
        // It is said once, unless it is forgotten.
        const bool is_forgotten = warns_again(t);
        uint32_t early = 0, warnings = 1;
        {
            const LogListener<LinesWith> log("work disable count overflowed");
            for (uint32_t i = 0; i < kDepth; i++)
                item.disable();
            early = log.heard().ours();
            item.disable();
            if (is_forgotten && log.attached())
                warnings = log.heard().ours();
        }
        WANT(t, early == 0 && warnings, "disabled 65535 times it was reported %u times, and once more %u times", early,
             warnings - early);
        for (uint32_t i = 0; i + 1 < kDepth; i++)
            WANT(t, !item.enable(), "enable_work() number %u of 65535 returned true", i + 1);
        WANT(t, !item.queue(wq), "queue_work() returned true with one disable left");
        WANT(t, item.enable(), "the last enable_work() returned false: the disable beyond the limit was counted");
        WANT(t, item.queue(wq), "queue_work() returned false with no disable left");
        wq.flush();
    }
};

struct SyncOfBhInAtomicContext {
    static constexpr Promise kPromise = {60,
                                         "",
                                         "cancel.sync-of-bh-in-atomic-context",
                                         "cancel_work_sync() and disable_work_sync() of an item last queued on a BH "
                                         "workqueue may be called with softirqs off and in a softirq",
                                         "kernel/workqueue.c: cancel_work_sync(), disable_work_sync(), __flush_work()",
                                         0,
                                         Fault::kCancelDoesNothing};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, !(wqlab_features() & WQLAB_FEATURE_PREEMPT_RT), "with PREEMPT_RT, waiting there means sleeping");
        Queue& wq = t.queue({.flags = WQLAB_WQ_BH});
        TestItem& item = t.item("the item");
        struct Call {
            TestItem* item;
            Queue* wq;
            bool disables, was_pending;
        } call = {&item, &wq, false, false};
        // Queued and cancelled with softirqs off on this CPU: it can't have run.
        const auto cancel_pending = [](void* argument) {
            Call& c = *static_cast<Call*>(argument);
            c.item->queue_on(*c.wq, wqlab_this_cpu());
            c.was_pending = c.disables ? c.item->disable(true) : c.item->cancel_sync();
            if (c.disables)
                c.item->enable();
        };
        uint32_t in_softirq = 0;
        for (int i = 0; i < 100; i++) {
            const uint32_t started = item.started();
            const Where where = i % 4 < 2 ? Where::kSoftirqsOff : Where::kSoftirq;
            call.disables = i % 2;
            if (!call_in(where, cancel_pending, &call))
                continue;
            in_softirq += where == Where::kSoftirq;
            WANT(t, call.was_pending, "it returned false for a pending item");
            WANT(t, item.busy() == 0, "the item is pending or running after it");
            WANT(t, item.started() == started, "the item ran though it was cancelled");
        }
        if (!in_softirq)
            t.note("no softirq came over who was to cancel a pending item in it");
        SKIP_UNLESS(t, t.other_cpu(t.first_cpu()) != t.first_cpu(), "there is one CPU");
        for (const Meanwhile meanwhile :
             {Meanwhile::kNothing, Meanwhile::kQueued, Meanwhile::kEnabled, Meanwhile::kDisabled})
            if (!t.decided())
                while_it_runs(t, wq, meanwhile, Where::kSoftirqsOff);
        if (!t.decided())
            while_it_runs(t, wq, Meanwhile::kNothing, Where::kSoftirq);
    }

    enum class Where { kSoftirqsOff, kSoftirq };

    // False: the softirq came upon somebody else, and it was not called.
    static bool call_in(Where where, void (*function)(void*), void* argument)
    {
        if (where == Where::kSoftirq)
            return wqlab_call_in_own_softirq(function, argument);
        wqlab_call_with_bh_off(function, argument);
        return true;
    }

    // What becomes of an item that runs, before it is cancelled: it is queued once more, disabled and enabled, or
    // disabled; cancelling does that once more.
    enum class Meanwhile { kNothing, kQueued, kEnabled, kDisabled };

    struct Cancel {
        Trial* trial;
        Queue* wq;
        TestItem* item;
        uint32_t there;
        Meanwhile meanwhile;
        Where where;
        bool has_begun;
    };

    // Until some time after the canceller has begun. A BH item lets go of its CPU after two seconds in any case.
    static void spin(TestItem&, void* argument)
    {
        const Cancel& cancel = *static_cast<Cancel*>(argument);
        const uint64_t patience = wqlab_now() + 2'000'000'000;
        for (uint64_t until = patience; wqlab_now() < until; wqlab_relax())
            if (until == patience && __atomic_load_n(&cancel.has_begun, __ATOMIC_ACQUIRE))
                until = wqlab_now() + 20'000'000;
    }

    static bool cancel_running(Cancel& cancel)
    {
        cancel.item->queue_on(*cancel.wq, cancel.there);
        while (!cancel.item->started() && !cancel.trial->given_up())
            wqlab_sleep(100'000);
        if (cancel.meanwhile == Meanwhile::kQueued)
            cancel.item->queue_on(*cancel.wq, cancel.there);
        if (cancel.meanwhile == Meanwhile::kEnabled || cancel.meanwhile == Meanwhile::kDisabled)
            cancel.item->disable();
        if (cancel.meanwhile == Meanwhile::kEnabled)
            cancel.item->enable();
        const auto wait = [](void* argument) {
            Cancel& c = *static_cast<Cancel*>(argument);
            __atomic_store_n(&c.has_begun, true, __ATOMIC_RELEASE);
            c.item->cancel_sync();
        };
        const bool called = call_in(cancel.where, wait, &cancel);
        __atomic_store_n(&cancel.has_begun, true, __ATOMIC_RELEASE);
        return called;
    }

    // One that runs on another CPU is waited for. Meanwhile who judges may have no CPU, and has nothing to do.
    static void while_it_runs(Trial& t, Queue& wq, Meanwhile meanwhile, Where where)
    {
        const KernelLog<LinesWith> log(t, "scheduling while atomic");
        Cancel* const cancel = t.own<Cancel>();
        if (!cancel)
            return;
        TestItem& spinner = t.item("an item that spins elsewhere").on_run(spin, cancel);
        *cancel = {&t, &wq, &spinner, t.other_cpu(t.first_cpu()), meanwhile, where, false};
        Actor& canceller = t.actor("canceller", static_cast<int>(t.first_cpu()),
                                   [cancel] { return cancel_running(*cancel); });
        AWAIT(t, canceller.done(), "the item on the other CPU to start, and cancel_work_sync() to return");
        if (!canceller.result())
            t.note("no softirq came over who was to cancel a running item in it");
        WANT(t, !canceller.result() || (spinner.ended() >= 1 && canceller.done_ticket() > spinner.last().end),
             "it returned before the item had ended");
        WANT(t, log.count() == 0, "it slept %s", where == Where::kSoftirq ? "in a softirq" : "with softirqs off");
    }
};

constexpr Check kAll[] = {
    check_of<DisableCancels>(WQLAB_LACK_DISABLE),
    check_of<EnableCounts>(WQLAB_LACK_DISABLE),
    check_of<DisableSyncWaits>(WQLAB_LACK_DISABLE),
    check_of<EnableReplaysNothing>(WQLAB_LACK_DISABLE),
    check_of<DisableDepth>(WQLAB_LACK_DISABLE),
    check_of<SyncOfBhInAtomicContext>(WQLAB_LACK_BH | WQLAB_LACK_DISABLE),
};

}  // namespace disabling

constinit const Group kDisableChecks = group_of("cancel", disabling::kAll);

}  // namespace wqlab
