// SPDX-License-Identifier: GPL-2.0
// An interrupt is not the worker that it came over, nor is a softirq.
#include "../../glue/context.h"
#include "../../glue/text.h"
#include "../../glue/work.h"
#include "../scenes/look.hh"
#include "../scenes/thread_log.hh"

namespace wqlab {

namespace over_workers {

struct CurrentWorkInIrq {
    static constexpr Promise kPromise = {
        62,
        "",
        "current-work.null-in-interrupts",
        "current_work() is NULL in an interrupt and in a softirq, also one that came over a worker",
        "kernel/workqueue_internal.h: current_wq_worker()",
        0,
        Fault::kQueueLoses};

    struct Seen {
        work_struct* current;
        bool irq, somebody_in_softirq;
    };

    static void run(Trial& t)
    {
        Seen* seen = t.own<Seen>();
        if (!seen)
            return;
        *seen = {reinterpret_cast<work_struct*>(seen), false, false};
        Queue& wq = t.queue();
        // The fault loses every other call, beginning with the second.
        t.item("another item").queue(wq);
        TestItem& item = t.item("the item")
                             .on_run(
                                 [](TestItem&, void* argument) {
                                     wqlab_call_in_hardirq(
                                         [](void* inner) {
                                             Seen& s = *static_cast<Seen*>(inner);
                                             s.irq = wqlab_in_hardirq();
                                             s.current = wqlab_current_work();
                                         },
                                         argument);
                                     wqlab_call_in_own_softirq(
                                         [](void* inner) {
                                             static_cast<Seen*>(inner)->somebody_in_softirq = wqlab_current_work();
                                         },
                                         argument);
                                 },
                                 seen);
        item.queue(wq);
        AWAIT(t, item.ended() == 1, "the item to run");
        WANT(t, seen->irq, "this was no interrupt");
        WANT(t, seen->current == nullptr, "it was not NULL");
        WANT(t, !seen->somebody_in_softirq, "in a softirq that came over a worker it was not NULL");
    }
};

struct InterruptsAreNobody {
    static constexpr Promise kPromise = {
        434,
        "",
        "worker.interrupts-are-not-the-worker",
        "In an interrupt and in a softirq that came over a worker current_is_workqueue_mem_reclaim() is false, and "
        "what set_worker_desc() says there describes nobody",
        "kernel/workqueue_internal.h: current_wq_worker(); kernel/workqueue.c: current_is_workqueue_mem_reclaim(), "
        "set_worker_desc()",
        0,
        Fault::kQueueLoses};

    static constexpr const char* kDescription = "wqlab-interrupt";

    struct Seen {
        Gate* gate;
        int before;
        bool is_reclaim_inside, irq, done;
    };

    static void look_inside(void* argument)
    {
        Seen& seen = *static_cast<Seen*>(argument);
        seen.irq |= wqlab_in_hardirq();
        seen.is_reclaim_inside |= wqlab_current_is_mem_reclaim() > 0;
        wqlab_set_description(kDescription);
    }

    static void be_interrupted(TestItem&, void* argument)
    {
        Seen& seen = *static_cast<Seen*>(argument);
        seen.before = wqlab_current_is_mem_reclaim();
        wqlab_call_in_hardirq(look_inside, argument);
        wqlab_call_in_own_softirq(look_inside, argument);
        __atomic_store_n(&seen.done, true, __ATOMIC_RELEASE);
        seen.gate->pass();
    }

    static void run(Trial& t)
    {
        Seen* const seen = t.own<Seen>();
        Queue& wq = t.queue({.flags = WQLAB_WQ_MEM_RECLAIM});
        if (!seen || t.decided())
            return;
        *seen = {&t.gate(), -1, false, false, false};
        // The fault loses every other call, beginning with the second.
        t.item("another item").queue(wq);
        TestItem& item = t.item("the item").on_run(be_interrupted, seen);
        item.queue(wq);
        AWAIT(t, __atomic_load_n(&seen->done, __ATOMIC_ACQUIRE), "the item to be interrupted");
        char path[32];
        wqlab_format(path, sizeof(path), "/proc/%d/comm", item.last().pid);
        const int error = t.read(path);
        seen->gate->open();
        SKIP_UNLESS(t, error == 0, "%s can't be read: error %d", path, error);
        WANT(t, seen->irq, "this was no interrupt");
        WANT(t, !seen->is_reclaim_inside, "over a worker of WQ_MEM_RECLAIM an interrupt is told that it is one");
        WANT(t, !find_in(t.text(), kDescription), "an interrupt described itself, and the worker is called %s",
             t.text());
        WANT(t, seen->before != 0, "an item of WQ_MEM_RECLAIM is told that it is none");
    }
};

constexpr Check kAll[] = {
    check_of<CurrentWorkInIrq>(),
    check_of<InterruptsAreNobody>(),
};

}  // namespace over_workers

constinit const Group kOverWorkerChecks = group_of("introspection", over_workers::kAll);

}  // namespace wqlab
