// SPDX-License-Identifier: GPL-2.0
// Who waits for an item that goes to another worker than the one that took it.
#include "../../glue/workqueue.h"
#include "../scenes/look.hh"
#include "../scenes/threshold.hh"

namespace wqlab {

namespace moved_item {

struct FlusherGoesAlong {
    static constexpr Promise kPromise = {
        423,
        "",
        "flush.goes-along-to-the-worker-that-has-it",
        "flush_work() of an item that is pending and running waits for the pending one, also where a worker takes that "
        "from the pool and gives it to the one that has it",
        "kernel/workqueue.c: assign_work(), move_linked_works()",
        0,
        Fault::kFlushReturnsEarly};

    static void judge(Trial& t, uint32_t flags, uint32_t cpu)
    {
        Queue& wq = t.queue({.flags = flags});
        TestItem& item = t.item("the item", TestItem::Body::kGate);
        TestItem& hog = t.item("an item that keeps the CPU", TestItem::Body::kSpin);
        TestItem& last = t.item("the item behind both");
        item.queue_on(wq, cpu);
        AWAIT(t, item.started() == 1, "the item to start");
        // While it runs nobody takes what is pending.
        hog.queue_on(wq, cpu);
        AWAIT(t, hog.started() == 1, "the item that keeps the CPU to start");
        item.queue_on(wq, cpu);
        Actor& flusher = t.actor("flusher", Kthread::kAnyCpu, [&item] {
            item.flush();
            return item.ended() == 2;
        });
        AWAIT(t, flusher.done() || sleeps_behind_barrier(t, flusher), "flush_work() to begin");
        last.queue_on(wq, cpu);
        hog.open();
        AWAIT(t, last.ended() == 1, "the item behind both to run");
        t.linger();
        WANT(t, !flusher.done(), "it returned while the item was pending, with the worker that has it");
        item.open();
        AWAIT(t, flusher.done(), "flush_work() to return");
        WANT(t, flusher.result(), "it returned when the item had ended %u times, not 2", item.ended());
    }

    static void run(Trial& t)
    {
        const Threshold off(t, 0);
        for (const uint32_t flags : {0u, static_cast<uint32_t>(WQLAB_WQ_HIGHPRI)})
            if (!t.decided())
                judge(t, flags, t.other_cpu(t.first_cpu()));
    }
};

constexpr Check kAll[] = {
    check_of<FlusherGoesAlong>(),
};

}  // namespace moved_item

constinit const Group kMovedItemChecks = group_of("flush", moved_item::kAll);

}  // namespace wqlab
