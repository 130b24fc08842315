// SPDX-License-Identifier: GPL-2.0
// Group C, continued: a workqueue that has been drained before.
#include "../glue/work.h"
#include "../glue/workqueue.h"
#include "look.hh"

namespace wqlab {

namespace drain_again {

struct EachTime {
    static constexpr Promise kPromise = {
        276,
        "",
        "drain.each-time",
        "A workqueue that is drained once more refuses what comes from outside as it did the first time",
        "kernel/workqueue.c: drain_workqueue(), __queue_work()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kFlushReturnsEarly};

    // Of its own: before Linux 7 one that is refused stays pending, and cancelling it would never end.
    struct Stray {
        Opaque<work_struct, WQLAB_SIZEOF_WORK> work;  // first: the function finds the rest behind it
        uint32_t runs;
    };

    static void count(work_struct* work)
    {
        __atomic_add_fetch(&reinterpret_cast<Stray*>(work)->runs, 1, __ATOMIC_RELEASE);
    }

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        Stray* const stray = t.own<Stray>();
        if (!stray || !wq.get())
            return;
        stray->runs = 0;
        wqlab_work_init(stray->work.get(), WQLAB_WORK_PLAIN, count);
        for (uint32_t i = 0; i < 2; i++) {
            Actor& drainer = t.actor("drainer of an idle workqueue", Kthread::kAnyCpu, [&wq] { wq.drain(); });
            AWAIT(t, drainer.done(), "drain_workqueue() of an idle workqueue to return");
        }
        TestItem& held = t.item("an item", TestItem::Body::kGate);
        held.queue(wq);
        AWAIT(t, held.started() == 1, "the item to start");
        Actor& drainer = t.actor("drainer", Kthread::kAnyCpu, [&wq] { wq.drain(); });
        AWAIT(t, drainer.done() || flushes(t, drainer, wq), "drain_workqueue() to begin");
        wqlab_queue_bare_on(wq.get(), stray->work.get(), -1);
        const bool was_held = held.running();
        held.open();
        AWAIT(t, drainer.done(), "drain_workqueue() to return");
        kernel::flush_workqueue(t, wq);
        SKIP_UNLESS(t, was_held, "the item ended before another was queued");
        WANT(t, __atomic_load_n(&stray->runs, __ATOMIC_ACQUIRE) == 0,
             "drained for the third time, it took an item from outside, which ran");
    }
};

constexpr Check kAll[] = {
    check_of<EachTime>(),
};

}  // namespace drain_again

constinit const Group kDrainAgainChecks = group_of("drain", drain_again::kAll);

}  // namespace wqlab
