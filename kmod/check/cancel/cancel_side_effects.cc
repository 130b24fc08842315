// SPDX-License-Identifier: GPL-2.0
// What cancelling and enabling leave alone.
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../harness/kernel_log.hh"
#include "../scenes/delayed.hh"
#include "../scenes/flush_in_line.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace cancel_side_effects {

struct TimerBehindIt {
    static constexpr Promise kPromise = {
        256,
        "",
        "cancel.looks-at-the-item-alone",
        "cancel_work() and disable_work(), with and without sync, take a pending item off its workqueue and leave a "
        "timer alone that a driver has right behind it",
        "kernel/workqueue.c: cancel_work(), cancel_work_sync(), disable_work(), disable_work_sync()",
        0,
        Fault::kCancelDoesNothing};

    struct Way {
        const char* name;
        bool (*call)(TestItem& item);
        bool disables;
    };

    static constexpr Way kWays[] = {
        {"cancel_work()", [](TestItem& item) { return item.cancel(); }, false},
        {"cancel_work_sync()", [](TestItem& item) { return item.cancel_sync(); }, false},
        {"disable_work()", [](TestItem& item) { return item.disable(); }, true},
        {"disable_work_sync()", [](TestItem& item) { return item.disable(true); }, true},
    };

    static void judge(Trial& t, const Way& way)
    {
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue({.max_active = 1});
        TestItem& front = t.item("the item in front", TestItem::Body::kGate);
        TestItem& item = t.item("the item");
        kernel::queue_on(t, wq, front, static_cast<int>(cpu));
        AWAIT(t, front.started() == 1, "the item in front to start");
        item.queue_on(wq, cpu);
        wqlab_neighbour_arm(item.address(), an_hour());
        const bool was_pending = way.call(item);
        const bool is_armed = wqlab_neighbour_disarm(item.address());
        if (way.disables)
            item.enable();
        front.open();
        wq.flush();
        WANT(t, is_armed, "%s of a plain item disarmed the timer behind it", way.name);
        WANT(t, was_pending && item.started() == 0, "%s of a pending item returned %d, and then it ran %u times",
             way.name, was_pending, item.started());
    }

    static void run(Trial& t)
    {
        for (const Way& way : kWays)
            if (!t.decided() && !(way.disables && wqlab_lacks() & WQLAB_LACK_DISABLE))
                judge(t, way);
    }
};

struct FlusherKeepsItsPlace {
    static constexpr Promise kPromise = {
        257,
        "",
        "cancel.flusher-keeps-its-place",
        "Who waits in flush_work() for a pending item that is cancelled returns when that item's turn would have come, "
        "though those queued behind it go on",
        "kernel/workqueue.c: insert_wq_barrier(), try_to_grab_pending()",
        0,
        Fault::kFlushNeverReturns};

    static void run(Trial& t)
    {
        TestItem& item = t.item("the item");
        TestItem& other = t.item("the item behind it, which spins", TestItem::Body::kSpin);
        flush_in_line(t, item, other,
                      [&] { WANT(t, item.cancel(), "cancel_work() of a pending item returned false"); });
        WANT(t, item.started() == 0, "the cancelled one ran");
        other.open();
    }
};

struct EnableOfPending {
    static constexpr Promise kPromise = {
        258,
        "",
        "enable.too-often-while-pending",
        "enable_work() of a pending item that is not disabled warns once, and does not disable it: it can be queued "
        "and runs",
        "kernel/workqueue.c: enable_work(), work_offqd_enable()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kLogIsSilent};

    static void run(Trial& t)
    {
        if (!hear_again(t))
            return;
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue({.max_active = 1});
        TestItem& front = t.item("the item in front", TestItem::Body::kGate);
        TestItem& item = t.item("the item");
        front.queue_on(wq, cpu);
        AWAIT(t, front.started() == 1, "the item in front to start");
        item.queue_on(wq, cpu);
        uint32_t warnings;
        {
            const KernelLog<LinesWith> log(t, "work disable count underflowed");
            item.enable();
            warnings = log.count();
        }
        // Whether it is pending still nobody says.
        item.queue_on(wq, cpu);
        front.open();
        AWAIT(t, item.ended() >= 1, "the item to run, which nobody has disabled");
        wq.flush();
        WANT(t, warnings == 1, "it was reported %u times", warnings);
        const uint32_t before = item.ended();
        WANT(t, item.queue_on(wq, cpu), "the item can't be queued");
        AWAIT(t, item.ended() == before + 1, "the item to run once more");
    }
};

constexpr Check kAll[] = {
    check_of<TimerBehindIt>(),
    check_of<FlusherKeepsItsPlace>(),
    check_of<EnableOfPending>(WQLAB_LACK_DISABLE),
};

}  // namespace cancel_side_effects

constinit const Group kCancelSideEffectsChecks = group_of("cancel", cancel_side_effects::kAll);

}  // namespace wqlab
