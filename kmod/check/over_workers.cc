// SPDX-License-Identifier: GPL-2.0
// Group E, continued: an interrupt is not the worker that it came over.
#include "../glue/context.h"
#include "../glue/text.h"
#include "../glue/work.h"
#include "look.hh"
#include "said.hh"

namespace wqlab {

namespace over_workers {

struct InterruptsAreNobody {
    static constexpr Promise kPromise = {
        434,
        "",
        "worker.interrupts-are-not-the-worker",
        "In an interrupt that came over a worker current_is_workqueue_mem_reclaim() is false, and what "
        "set_worker_desc() says there describes nobody",
        "kernel/workqueue_internal.h: current_wq_worker(); kernel/workqueue.c: current_is_workqueue_mem_reclaim(), "
        "set_worker_desc()",
        0,
        Fault::kQueueLoses};

    static constexpr const char* kDescription = "wqlab-interrupt";

    struct Seen {
        Gate* gate;
        int before, inside;
        bool irq, done;
    };

    static void look_inside(void* argument)
    {
        Seen& seen = *static_cast<Seen*>(argument);
        seen.irq = wqlab_in_hardirq();
        seen.inside = wqlab_current_is_mem_reclaim();
        wqlab_set_description(kDescription);
    }

    static void be_interrupted(TestItem&, void* argument)
    {
        Seen& seen = *static_cast<Seen*>(argument);
        seen.before = wqlab_current_is_mem_reclaim();
        wqlab_call_in_hardirq(look_inside, argument);
        __atomic_store_n(&seen.done, true, __ATOMIC_RELEASE);
        seen.gate->pass();
    }

    static void run(Trial& t)
    {
        Seen* const seen = t.own<Seen>();
        Queue& wq = t.queue({.flags = WQLAB_WQ_MEM_RECLAIM});
        if (!seen || t.decided())
            return;
        *seen = {&t.gate(), -1, -1, false, false};
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
        WANT(t, seen->inside <= 0, "over a worker of WQ_MEM_RECLAIM an interrupt is told that it is one");
        WANT(t, !find_in(t.text(), kDescription), "an interrupt described itself, and the worker is called %s",
             t.text());
        WANT(t, seen->before != 0, "an item of WQ_MEM_RECLAIM is told that it is none");
    }
};

constexpr Check kAll[] = {
    check_of<InterruptsAreNobody>(),
};

}  // namespace over_workers

constinit const Group kOverWorkerChecks = group_of("introspection", over_workers::kAll);

}  // namespace wqlab
