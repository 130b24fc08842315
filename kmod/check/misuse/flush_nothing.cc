// SPDX-License-Identifier: GPL-2.0
// Who flushes what can't be queued, or was never set up, does not wait.
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../harness/kernel_log.hh"
#include "../scenes/delayed.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace flush_nothing {

struct DelayedOfOneThatDrains {
    static constexpr Promise kPromise = {
        296,
        "",
        "misuse.delayed-flushed-while-draining",
        "flush_delayed_work() of an item that waits for its timer, and whose workqueue drains, warns and "
        "returns false: the item is refused, neither pending nor on its timer, and can be queued when the workqueue "
        "has drained",
        "kernel/workqueue.c: flush_delayed_work(), __queue_work()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kFlushLies};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, wqlab_since_7_1(), "before Linux 7.1 one that is refused stays pending");
        if (!hear_again(t))
            return;
        Queue& wq = t.queue();
        TestItem& held = t.item("an item that goes on", TestItem::Body::kGate);
        TestItem& item = t.item("the item", TestItem::Body::kReturn, kDelayed);
        held.queue(wq);
        AWAIT(t, held.started() == 1, "the item that goes on to start");
        item.queue_delayed(wq, an_hour());
        Actor& drainer = t.actor("drainer", Kthread::kAnyCpu, [&wq, &t] { kernel::drain(t, wq); });
        AWAIT(t, drainer.done() || flushes(t, drainer, wq), "drain_workqueue() to begin");
        WANT(t, !drainer.done(), "drain_workqueue() does not wait for an item that goes on");
        uint32_t warnings;
        bool flushed;
        {
            const KernelLog<Warnings> log(t);
            if (t.decided())
                return;
            flushed = item.flush();
            warnings = log.count();
        }
        WANT(t, !flushed, "flush_delayed_work() of an item that is refused returned true");
        WANT(t, warnings == 1, "of an item that is refused it warned %u times", warnings);
        WANT(t, !item.pending() && !item.timer_pending(), "an item that was refused is %s",
             item.timer_pending() ? "on its timer" : "pending");
        t.linger();
        WANT(t, item.started() == 0, "an item that was refused ran");
        held.open();
        AWAIT(t, drainer.done(), "drain_workqueue() to return");
        WANT(t, item.queue_delayed(wq, 0), "it can't be queued when the workqueue has drained");
        AWAIT(t, item.ended() == 1, "it to run when the workqueue has drained");
    }
};

struct NeverSetUp {
    static constexpr Promise kPromise = {
        297,
        "",
        "misuse.flush-of-what-was-never-set-up",
        "flush_work() and cancel_work_sync() of an item without a function, such as one that is zero, warn and return "
        "false at once",
        "kernel/workqueue.c: __flush_work()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kLogIsSilent};

    struct Zero {
        Opaque<work_struct, WQLAB_SIZEOF_WORK> work;
    };

    static void run(Trial& t)
    {
        Zero* const zeros = t.own<Zero, 2>();
        if (!zeros)
            return;
        __builtin_memset(zeros, 0, 2 * sizeof(*zeros));
        const KernelLog<Warnings> log(t);
        if (t.decided())
            return;
        const bool flushed = wqlab_flush(zeros[0].work.get(), WQLAB_WORK_PLAIN);
        WANT(t, log.count() == 1 && !flushed, "flush_work() warned %u times and returned %s", log.count(),
             flushed ? "true" : "false");
        const bool cancelled = wqlab_cancel_sync(zeros[1].work.get(), WQLAB_WORK_PLAIN);
        WANT(t, log.count() == 2 && !cancelled, "cancel_work_sync() warned %u times and returned %s", log.count() - 1,
             cancelled ? "true" : "false");
    }
};

constexpr Check kAll[] = {
    check_of<DelayedOfOneThatDrains>(),
    check_of<NeverSetUp>(),
};

}  // namespace flush_nothing

constinit const Group kFlushNothingChecks = group_of("misuse", flush_nothing::kAll);

}  // namespace wqlab
