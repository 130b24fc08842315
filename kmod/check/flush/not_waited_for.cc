// SPDX-License-Identifier: GPL-2.0
// What flushing does not wait for, on workqueues of any kind.
#include "../../glue/time.h"
#include "../../glue/workqueue.h"
#include "../scenes/delayed.hh"
#include "../scenes/flush_in_line.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace not_waited_for {

struct WaitsForNoOther {
    static constexpr Promise kPromise = {
        210,
        "",
        "flush.waits-for-no-other",
        "flush_work() waits for its item only: it returns though those queued behind that, before the call, go on or "
        "have not begun",
        "kernel/workqueue.c: insert_wq_barrier()",
        0,
        Fault::kFlushNeverReturns};

    // The item is held back when it is flushed, and so is the one behind it, which starts next.
    static void held_back(Trial& t, uint32_t flags, const char* kind)
    {
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue({.flags = flags, .max_active = 1});
        TestItem& front = t.item("the item in front", TestItem::Body::kGate);
        TestItem& item = t.item("the item");
        TestItem& other = t.item("the item behind it", TestItem::Body::kGate);
        for (TestItem* queued : {&front, &item, &other})
            queued->queue_on(wq, cpu);
        AWAIT(t, front.started() == 1, "the item in front to start");
        Actor& flusher = t.actor("flusher", Kthread::kAnyCpu, [&item] { item.flush(); });
        AWAIT(t, flusher.done() || sleeps_behind_barrier(t, flusher), "flush_work() to begin");
        front.open();
        AWAIT(t, other.started() == 1, "the item behind it to start");
        AWAIT(t, flusher.done(), "flush_work() to return while the item behind its own goes on");
        WANT(t, item.ended() == 1 && item.last().end < flusher.done_ticket(), "of a %s workqueue it returned too early",
             kind);
        WANT(t, other.running(), "the item behind it ended");
        other.open();
    }

    static void on_worklist(Trial& t)
    {
        TestItem& item = t.item("the item");
        TestItem& other = t.item("the item behind it, which spins", TestItem::Body::kSpin);
        flush_in_line(t, item, other, [] {});
        other.open();
    }

    static void run(Trial& t)
    {
        constexpr struct {
            uint32_t flags;
            const char* name;
        } kKinds[] = {{0, "per-CPU"}, {WQLAB_WQ_UNBOUND, "unbound"}, {WQLAB_WQ_ORDERED, "ordered"}};
        for (const auto& kind : kKinds)
            if (!t.decided())
                held_back(t, kind.flags, kind.name);
        if (!t.decided())
            on_worklist(t);
    }
};

struct QueueOfEachKind {
    static constexpr Promise kPromise = {211,
                                         "",
                                         "flush.queue-of-each-kind",
                                         "flush_workqueue() of a workqueue of any kind waits for what runs and what is "
                                         "held back or pending, and neither "
                                         "for what is queued later nor for a timer",
                                         "kernel/workqueue.c: __flush_workqueue(), flush_workqueue_prep_pwqs()",
                                         0,
                                         Fault::kFlushReturnsEarly};

    static void judge(Trial& t, uint32_t flags, const char* kind)
    {
        const bool is_bh = flags & WQLAB_WQ_BH;
        const TestItem::Body body = is_bh ? TestItem::Body::kSpin : TestItem::Body::kGate;
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        Queue& wq = t.queue({.flags = flags, .max_active = is_bh ? 0u : 1u});
        TestItem& first = t.item("the item that runs", body);
        TestItem& second = t.item("the item behind it");
        TestItem& later = t.item("the item that is queued later", body);
        TestItem& timed = t.item("the item on its timer", TestItem::Body::kReturn, kDelayed);
        timed.queue_delayed(wq, an_hour());
        first.queue_on(wq, cpu);
        AWAIT(t, first.started() == 1, "an item to start");
        second.queue_on(wq, cpu);
        Actor& flusher = t.actor("flusher", static_cast<int>(t.first_cpu()), [&wq] { wq.flush(); });
        AWAIT(t, flusher.done() || flushes(t, flusher, wq), "flush_workqueue() to begin");
        later.queue_on(wq, cpu);
        t.linger();
        // One in a softirq lets its CPU go when it has spun for long.
        WANT(t, !flusher.done() || first.ended() == 1, "of a %s workqueue it returned while an item was running", kind);
        first.open();
        AWAIT(t, later.started() == 1, "the item that was queued later to start");
        AWAIT(t, flusher.done(), "flush_workqueue() to return while an item that was queued later goes on");
        WANT(t, second.ended() == 1 && second.last().end < flusher.done_ticket(),
             "of a %s workqueue it returned before an item that was held back or pending had run", kind);
        WANT(t, is_bh || later.running(), "the item that was queued later ended");
        WANT(t, timed.started() == 0 && timed.cancel(), "of a %s workqueue it had the item on its timer run", kind);
        later.open();
    }

    static void run(Trial& t)
    {
        const bool has_bh = !(wqlab_lacks() & WQLAB_LACK_BH) && !(wqlab_features() & WQLAB_FEATURE_PREEMPT_RT);
        const struct {
            uint32_t flags;
            const char* name;
            bool is_there;
        } kinds[] = {{WQLAB_WQ_HIGHPRI, "highpri", true},
                     {WQLAB_WQ_CPU_INTENSIVE | WQLAB_WQ_FREEZABLE, "CPU-intensive", true},
                     {WQLAB_WQ_UNBOUND | WQLAB_WQ_MEM_RECLAIM, "unbound", true},
                     {WQLAB_WQ_ORDERED, "ordered", true},
                     {WQLAB_WQ_BH, "BH", has_bh},
                     {WQLAB_WQ_BH | WQLAB_WQ_HIGHPRI, "highpri BH", has_bh}};
        for (const auto& kind : kinds)
            if (kind.is_there && !t.decided())
                judge(t, kind.flags, kind.name);
    }
};

struct QueueNotForWhoFlushesLater {
    static constexpr Promise kPromise = {
        341,
        "",
        "flush.queue-not-for-who-flushes-later",
        "flush_workqueue() does not wait for an item that was queued later because somebody flushes that one, running "
        "or held back",
        "kernel/workqueue.c: insert_wq_barrier(), process_one_work(): current_color",
        0,
        Fault::kFlushNeverReturns};

    static constexpr uint32_t kFlushes = 4;  // each of another colour, from the first on

    // Who flushes an item waits behind what has the colour of that.
    static void judge(Trial& t, Queue& wq, TestItem& first, TestItem& later, TestItem& held)
    {
        TestItem* const flushed[] = {&later, &held};
        const uint32_t before = held.ended(), cpu = t.first_cpu();
        for (TestItem* item : {&first, &later, &held})
            item->close();
        first.queue_on(wq, cpu);
        AWAIT(t, first.running(), "an item to start");
        Actor& of_all = t.actor("flusher of all", Kthread::kAnyCpu, [&wq] { wq.flush(); });
        AWAIT(t, of_all.done() || flushes(t, of_all, wq), "flush_workqueue() to begin");
        later.queue_on(wq, cpu);
        AWAIT(t, later.running(), "an item that was queued later to start");
        held.queue_on(wq, cpu);
        for (TestItem* item : flushed) {
            Actor& of_it = t.actor("flusher", Kthread::kAnyCpu, [item] { item->flush(); });
            AWAIT(t, of_it.done() || sleeps_behind_barrier(t, of_it), "flush_work() to begin");
        }
        first.open();
        AWAIT(t, of_all.done(), "flush_workqueue() to return while others flush what was queued later");
        WANT(t, first.ended() == before + 1, "it returned before the item that was there had ended");
        WANT(t, later.running() && held.ended() == before, "an item that was queued later ended");
        later.open();
        held.open();
        AWAIT(t, later.ended() == before + 1 && held.ended() == before + 1, "the others to end");
    }

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.max_active = 2});
        TestItem& first = t.item("the item that is there", TestItem::Body::kGate);
        TestItem& later = t.item("the item that is queued later", TestItem::Body::kGate);
        TestItem& held = t.item("the item held back", TestItem::Body::kGate);
        for (uint32_t i = 0; i < kFlushes && !t.decided(); i++)
            judge(t, wq, first, later, held);
    }
};

constexpr Check kAll[] = {
    check_of<WaitsForNoOther>(),
    check_of<QueueOfEachKind>(),
    check_of<QueueNotForWhoFlushesLater>(),
};

}  // namespace not_waited_for

constinit const Group kNotWaitedForChecks = group_of("flush", not_waited_for::kAll);

}  // namespace wqlab
