// SPDX-License-Identifier: GPL-2.0
// Who waits for items of a CPU that is away, and what lets them start.
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../scenes/cpu_away.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace flush_away {

struct CountsWhileAway {
    static constexpr Promise kPromise = {
        432,
        "",
        "hotplug.items-of-who-is-away-count",
        "Items of a CPU that is away count as any: flush_workqueue() waits for those that run, drain_workqueue() for "
        "what these queue, and a max_active that is raised lets those start that are held back",
        "kernel/workqueue.c: flush_workqueue_prep_pwqs(), drain_workqueue(), wq_adjust_max_active()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kFlushReturnsEarly};

    static constexpr uint32_t kRunning = 2, kHeld = 3;

    struct Link {
        Queue* wq;
        TestItem* next;
        Gate* gate;
        int cpu;
    };

    static void queue_next(TestItem&, void* argument)
    {
        const Link& link = *static_cast<Link*>(argument);
        link.gate->pass();
        wqlab_queue_bare_on(link.wq->get(), link.next->address(), link.cpu);
    }

    static void judge_flush(Trial& t, Queue& wq, const Items& running, const Items& held)
    {
        Actor& flusher = t.actor("flusher", Kthread::kAnyCpu, [&wq] { wq.flush(); });
        AWAIT(t, flusher.done() || flushes(t, flusher, wq), "flush_workqueue() to begin");
        t.linger();
        WANT(t, !flusher.done(), "flush_workqueue() returned while items of a CPU that is away ran and were held back");
        wq.set_max_active(kRunning + kHeld);
        AWAIT(t, started(held, kHeld) == kHeld, "what is held back of a CPU that is away to start with more room");
        for (uint32_t i = 0; i < kRunning; i++)
            running[i]->open();
        for (uint32_t i = 0; i < kHeld; i++)
            held[i]->open();
        AWAIT(t, flusher.done(), "flush_workqueue() to return");
    }

    static void judge_drain(Trial& t, Queue& wq, uint32_t cpu)
    {
        Link* const link = t.own<Link>();
        if (!link || t.decided())
            return;
        TestItem& next = t.item("the item that is queued while it drains", TestItem::Body::kGate);
        *link = {&wq, &next, &t.gate(), static_cast<int>(cpu)};
        TestItem& item = t.item("an item that queues another").on_run(queue_next, link);
        kernel::queue_on(t, wq, item, static_cast<int>(cpu));
        AWAIT(t, item.started() == 1, "an item of a CPU that is away to start");
        Actor& drainer = t.actor("drainer", Kthread::kAnyCpu, [&wq] { wq.drain(); });
        AWAIT(t, drainer.done() || flushes(t, drainer, wq), "drain_workqueue() to begin");
        link->gate->open();
        AWAIT(t, next.started() == 1, "the item that was queued while it drains to start");
        t.linger();
        WANT(t, !drainer.done(), "drain_workqueue() returned while an item of a CPU that is away ran");
        next.open();
        AWAIT(t, drainer.done(), "drain_workqueue() to return");
    }

    static void run(Trial& t)
    {
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, cpu != t.first_cpu(), "there is one CPU");
        Queue& wq = t.queue({.max_active = kRunning});
        const Items running = t.items(kRunning, "an item that runs", TestItem::Body::kGate),
                    held = t.items(kHeld, "an item held back", TestItem::Body::kGate);
        for (uint32_t i = 0; i < kRunning; i++)
            running[i]->queue_on(wq, cpu);
        AWAIT(t, started(running, kRunning) == kRunning, "two items to start");
        for (uint32_t i = 0; i < kHeld; i++)
            held[i]->queue_on(wq, cpu);
        const CpuAway away(t, cpu);
        if (t.decided())
            return;
        judge_flush(t, wq, running, held);
        if (!t.decided())
            judge_drain(t, wq, cpu);
    }
};

constexpr Check kAll[] = {
    check_of<CountsWhileAway>(),
};

}  // namespace flush_away

constinit const Group kFlushAwayChecks = group_of("lifecycle", flush_away::kAll);

}  // namespace wqlab
