// SPDX-License-Identifier: GPL-2.0
// A worker that has ended one item and not begun another.
#include "../../glue/activations.h"
#include "../../glue/context.h"
#include "../../glue/work.h"
#include "../scenes/attached_probe.hh"

namespace wqlab {

namespace between_items {

struct OfNone {
    static constexpr Promise kPromise = {
        457,
        "",
        "current-work.none-between-items",
        "Between two items a worker is of none: who asks in the tracepoint of an item that it lets go of then is told "
        "NULL by current_work(), and, from 7.3.4 on, false by current_is_workqueue_mem_reclaim()",
        "kernel/workqueue.c: process_one_work(), current_work(), current_is_workqueue_mem_reclaim()",
        0,
        Fault::kBusyLies};

    using Activations = Attached<wqlab_activations, wqlab_activations_attach, wqlab_activations_detach>;

    struct Seen {
        bool asks_both;  // the pool is ours: if the second one crashes, nobody else wants the lock
        int32_t pid;     // 0: it was no worker's task
        bool has_work, is_reclaim;
    };

    // A lock of the pool's is held: looks, and no more.
    static void look(void* to)
    {
        Seen& seen = *static_cast<Seen*>(to);
        if (!wqlab_in_task() || !wqlab_current_worker())
            return;
        seen.has_work = wqlab_current_work();
        seen.is_reclaim = seen.asks_both && wqlab_is_mem_reclaim_between_items() > 0;
        seen.pid = wqlab_current().pid;
    }

    // Whether one was seen between two items.
    static bool judge(Trial& t, uint32_t flags, uint32_t cpu)
    {
        Seen* const seen = t.own<Seen>();
        Queue& wq = t.queue({.flags = flags | WQLAB_WQ_MEM_RECLAIM, .max_active = 1});
        TestItem& item = t.item("the item", TestItem::Body::kGate);
        TestItem& next = t.item("the next, which is held back");
        if (!seen || t.decided())
            return false;
        *seen = {.asks_both = flags == WQLAB_WQ_UNBOUND, .pid = 0, .has_work = false, .is_reclaim = false};
        const Activations activations({reinterpret_cast<uintptr_t>(next.address()), look, seen});
        if (!activations.is_attached()) {
            t.skip("this kernel lacks tracepoints of the workqueue");
            return false;
        }
        item.queue_on(wq, cpu);
        if (!t.wait([&] { return item.started() == 1; }, "the item to start"))
            return false;
        const int32_t pid = item.last().pid;
        next.queue_on(wq, cpu);
        item.open();
        if (!t.wait([&] { return next.ended() == 1; }, "the next item to run") || seen->pid != pid)
            return false;
        if (seen->has_work || t.has_fault(Fault::kBusyLies))
            t.fail("current_work() was not NULL");
        else if (seen->is_reclaim)
            t.fail("current_is_workqueue_mem_reclaim() was true");
        return true;
    }

    static void run(Trial& t)
    {
        uint32_t seen = 0;
        for (const uint32_t flags : {uint32_t{WQLAB_WQ_UNBOUND}, 0u})
            if (!t.decided())
                seen += judge(t, flags, t.first_cpu());
        SKIP_UNLESS(t, seen || t.decided(), "no worker was seen to let go of an item");
        if (wqlab_is_mem_reclaim_between_items() < 0)
            t.note("current_is_workqueue_mem_reclaim() is not asked: this kernel lacks it, or may crash there");
    }
};

constexpr Check kAll[] = {
    check_of<OfNone>(),
};

}  // namespace between_items

constinit const Group kBetweenItemsChecks = group_of("introspection", between_items::kAll);

}  // namespace wqlab
