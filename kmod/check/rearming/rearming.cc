// SPDX-License-Identifier: GPL-2.0
// Mod_delayed_work().
#include "../../glue/context.h"
#include "../../glue/time.h"
#include "../harness/trial.hh"
#include "../scenes/delayed.hh"

namespace wqlab {

namespace rearming {

struct ModQueuesIdle {
    static constexpr Promise kPromise = {24,
                                         "",
                                         "delayed.mod-queues-idle",
                                         "mod_delayed_work() of an idle item returns false and queues it",
                                         "kernel/workqueue.c: mod_delayed_work_on()",
                                         0,
                                         Fault::kDelayIgnored};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        TestItem& item = t.item("the item", TestItem::Body::kReturn, kDelayed);
        WANT(t, !item.mod_delayed(wq, 1), "it returned true for an idle item");
        AWAIT(t, item.ended() == 1, "the item to run");
        wq.flush();
        WANT(t, item.ended() == 1, "it ran %u times", item.ended());
    }
};

struct ModMovesPending {
    static constexpr Promise kPromise = {25,
                                         "",
                                         "delayed.mod-moves-pending",
                                         "mod_delayed_work() of an item that waits for its timer, a worker or "
                                         "max_active returns true and re-arms it: one run",
                                         "kernel/workqueue.c: mod_delayed_work_on()",
                                         0,
                                         Fault::kDelayIgnored};

    static void run(Trial& t)
    {
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue({.max_active = 1});
        TestItem& front = t.item("the item in front", TestItem::Body::kGate);
        front.queue_on(wq, cpu);
        AWAIT(t, front.started() == 1, "the item in front to start");
        // Held back by max_active.
        TestItem& inactive = t.item("an item held back", TestItem::Body::kReturn, kDelayed);
        inactive.queue_delayed(wq, 0, static_cast<int>(cpu));
        WANT(t, inactive.mod_delayed(wq, an_hour(), static_cast<int>(cpu)),
             "it returned false for an item held back by max_active");
        WANT(t, inactive.timer_pending(), "the timer of an item that was held back is not armed");
        // On its timer.
        const uint64_t expires = inactive.timer_expires();
        WANT(t, inactive.mod_delayed(wq, 2 * an_hour(), static_cast<int>(cpu)),
             "it returned false for an item on its timer");
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
            TestItem* item;
            bool pending, modified, timer;
        } call = {&wq, &t.item("an item on the worklist", TestItem::Body::kReturn, kDelayed), false, false, false};
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
        26,
        "",
        "delayed.mod-zero-is-immediate",
        "mod_delayed_work() with delay 0 queues the item at once, whatever it waited for",
        "kernel/workqueue.c: mod_delayed_work_on()",
        0,
        Fault::kDelayIgnored};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        TestItem& item = t.item("the item", TestItem::Body::kReturn, kDelayed);
        item.queue_delayed(wq, an_hour());
        WANT(t, item.mod_delayed(wq, 0), "it returned false for a pending item");
        WANT(t, !item.timer_pending(), "its timer is still armed");
        AWAIT(t, item.ended() == 1, "an item with an hour to go to run");
    }
};

struct ModFromHardirq {
    static constexpr Promise kPromise = {27,
                                         "",
                                         "delayed.mod-from-hardirq",
                                         "mod_delayed_work() may be called from an interrupt handler",
                                         "kernel/workqueue.c: mod_delayed_work_on()",
                                         0,
                                         Fault::kDelayIgnored};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        struct Call {
            Queue* wq;
            TestItem* item;
            bool in_hardirq, first, second;
        } call = {&wq, &t.item("the item", TestItem::Body::kReturn, kDelayed), false, true, false};
        wqlab_call_in_hardirq(
            [](void* argument) {
                Call& c = *static_cast<Call*>(argument);
                c.in_hardirq = wqlab_in_hardirq();
                c.first = c.item->mod_delayed(*c.wq, an_hour());
                c.second = c.item->mod_delayed(*c.wq, 1);
            },
            &call);
        WANT(t, call.in_hardirq, "this was no interrupt");
        WANT(t, !call.first && call.second, "it returned %d for an idle and %d for a pending item", call.first,
             call.second);
        AWAIT(t, call.item->ended() == 1, "the item to run");
    }
};

struct ModOfDisabled {
    static constexpr Promise kPromise = {
        28,
        "",
        "delayed.mod-of-disabled",
        "mod_delayed_work() of a disabled item queues nothing and arms no timer, nor does enabling it later",
        "kernel/workqueue.c: mod_delayed_work_on(), disable_work()",
        0,
        Fault::kDisableDoesNothing};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        TestItem& item = t.item("the item", TestItem::Body::kReturn, kDelayed);
        item.disable();
        WANT(t, !item.mod_delayed(wq, 10), "it returned true for a disabled item");
        WANT(t, !item.timer_pending() && !item.pending(), "it armed the timer of a disabled item");
        WANT(t, item.enable(), "enable_delayed_work() returned false");
        WANT(t, !item.timer_pending() && !item.pending(), "enabling armed the timer");
        t.linger();
        WANT(t, item.started() == 0, "the item ran");
    }
};

constexpr Check kAll[] = {
    check_of<ModQueuesIdle>(),
    check_of<ModMovesPending>(),
    check_of<ModZeroIsImmediate>(),
    check_of<ModFromHardirq>(),
    check_of<ModOfDisabled>(WQLAB_LACK_DISABLE),
};

}  // namespace rearming

constinit const Group kRearmingChecks = group_of("rearming", rearming::kAll);

}  // namespace wqlab
