// SPDX-License-Identifier: GPL-2.0
// Flush_workqueue().
#include "../../glue/cpu.h"
#include "../scenes/look.hh"

namespace wqlab {

namespace flushing_queues {

struct QueueWaitsForAllAtEntry {
    static constexpr Promise kPromise = {
        41,
        "",
        "flush.queue-waits-for-all-at-entry",
        "flush_workqueue() returns only when everything queued before it has run, on all CPUs, active or held back, "
        "also where attributes have changed, before it or while another flush was waiting",
        "kernel/workqueue.c: __flush_workqueue(), link_pwq()",
        0,
        Fault::kFlushReturnsEarly};

    // New pool_workqueues begin with the workqueue's colour, which each flush advances.
    static void after_change(Trial& t)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "system"});
        wq.flush();
        wq.flush();
        const int error = wq.apply(smallest_scope(), false);
        WANT(t, error == 0, "a change of attributes gave error %d", -error);
        TestItem* const items[] = {&t.item("an item", TestItem::Body::kGate),
                                   &t.item("an item", TestItem::Body::kGate)};
        items[0]->queue_on(wq, t.first_cpu());
        items[1]->queue_on(wq, t.other_cpu(t.first_cpu()));
        AWAIT(t, items[0]->started() == 1 && items[1]->started() == 1, "the items to start");
        Actor& flusher = t.actor("flusher", Kthread::kAnyCpu, [&wq] { wq.flush(); });
        AWAIT(t, flusher.done() || flushes(t, flusher, wq), "flush_workqueue() to begin");
        for (TestItem* item : items) {
            t.linger();
            WANT(t, !flusher.done(), "after a change of attributes it returned while an item was held");
            item->open();
        }
        AWAIT(t, flusher.done(), "flush_workqueue() to return after a change of attributes");
    }

    // Those that come while a flush is on its way begin with the colour that it leaves to later items, not with its
    // own.
    static void change_meanwhile(Trial& t)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "system"});
        TestItem* const items[] = {&t.item("an item", TestItem::Body::kGate),
                                   &t.item("an item of later attributes", TestItem::Body::kGate)};
        Actor* flushers[2];
        const auto flush_behind = [&](uint32_t i) {
            items[i]->queue_on(wq, t.first_cpu());
            AWAIT(t, items[i]->started() == 1, "the item to start");
            flushers[i] = &t.actor("flusher", Kthread::kAnyCpu, [&wq] { wq.flush(); });
            AWAIT(t, flushers[i]->done() || flushes(t, *flushers[i], wq), "flush_workqueue() to begin");
        };
        flush_behind(0);
        if (t.decided())
            return;
        const int error = wq.apply("system", false, 0, Queue::kPrivateNice + 1);
        SKIP_UNLESS(t, error == 0, "attributes can't be set: error %d", -error);
        flush_behind(1);
        if (t.decided())
            return;
        items[0]->open();
        AWAIT(t, flushers[0]->done(), "flush_workqueue() to return, of what was queued before a change of attributes");
        t.linger();
        WANT(t, !flushers[1]->done(),
             "after a change of attributes while another flush waited it returned while an item was held");
        items[1]->open();
        AWAIT(t, flushers[1]->done(), "flush_workqueue() to return after a change of attributes while another waited");
    }

    // Where one CPU's pool_workqueue has nothing but what is held back.
    static void held_back_alone(Trial& t)
    {
        const uint32_t cpu = t.first_cpu();
        uint32_t other = t.other_cpu(cpu);
        while (other != cpu && wqlab_cpu_node(other) != wqlab_cpu_node(cpu))
            other = t.other_cpu(other);
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 1, .scope = smallest_scope()});
        TestItem& active = t.item("an item", TestItem::Body::kGate);
        TestItem& behind = t.item("an item of another CPU", TestItem::Body::kGate);
        active.queue_on(wq, cpu);
        AWAIT(t, active.started() == 1, "the item to start");
        behind.queue_on(wq, other);
        Actor& flusher = t.actor("flusher", Kthread::kAnyCpu, [&wq] { wq.flush(); });
        AWAIT(t, flusher.done() || flushes(t, flusher, wq), "flush_workqueue() to begin");
        active.open();
        AWAIT(t, active.ended() == 1, "the item to end");
        t.linger();
        WANT(t, !flusher.done(), "it returned before an item that was held back, the only one of its CPU");
        behind.open();
        AWAIT(t, flusher.done(), "flush_workqueue() to return after an item that was held back");
    }

    static void run(Trial& t)
    {
        for (auto* const scene : {after_change, change_meanwhile, held_back_alone}) {
            scene(t);
            if (t.decided())
                return;
        }
        constexpr uint32_t kMostCpus = 16;
        Queue& wq = t.queue({.max_active = 1});
        TestItem* gates[kMostCpus];
        TestItem* tails[kMostCpus];
        uint32_t n = 0;
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus() && n < kMostCpus; cpu++) {
            if (!wqlab_cpu_online(cpu))
                continue;
            gates[n] = &t.item("an item that runs", TestItem::Body::kGate);
            tails[n] = &t.item("an item held back behind it");
            gates[n]->queue_on(wq, cpu);
            tails[n++]->queue_on(wq, cpu);
        }
        AWAIT(t, ({
                  uint32_t running = 0;
                  for (uint32_t i = 0; i < n; i++)
                      running += gates[i]->started();
                  running == n;
              }),
              "an item on each CPU to start");
        Actor& flusher = t.actor("flusher", Kthread::kAnyCpu, [&wq] { wq.flush(); });
        AWAIT(t, flusher.done() || flushes(t, flusher, wq), "flush_workqueue() to begin");
        for (uint32_t i = 0; i < n; i++) {
            t.linger();
            WANT(t, !flusher.done(), "it returned while %u of %u items were held", n - i, n);
            gates[i]->open();
        }
        AWAIT(t, flusher.done(), "flush_workqueue() to return");
        for (uint32_t i = 0; i < n; i++) {
            WANT(t, gates[i]->ended() == 1 && gates[i]->last().end < flusher.done_ticket(),
                 "it returned before a running item had ended");
            WANT(t, tails[i]->ended() == 1 && tails[i]->last().end < flusher.done_ticket(),
                 "it returned before an item that was held back had run");
        }
    }
};

struct QueueIsNotLivelocked {
    static constexpr Promise kPromise = {42,
                                         "",
                                         "flush.queue-is-not-livelocked",
                                         "flush_workqueue() returns although new items are queued all the time",
                                         "kernel/workqueue.c: __flush_workqueue()",
                                         0,
                                         Fault::kFlushNeverReturns};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        const Items producers = t.items(3, "an item that always queues itself", TestItem::Body::kRequeue);
        for (uint32_t i = 0; i < 3; i++)
            producers[i]->requeues(UINT32_MAX).queue(wq);
        AWAIT(t, producers[0]->started() > 10 && producers[2]->started() > 10,
              "the items that queue themselves to run");
        for (uint32_t i = 0; i < 3; i++) {
            Actor& flusher = t.actor("flusher", Kthread::kAnyCpu, [&wq] { wq.flush(); });
            AWAIT(t, flusher.done(), "flush_workqueue() to return while items are queued");
        }
        t.tried(3, "flushing a workqueue that always has items");
        t.note("3 flushes while %u items ran",
               producers[0]->started() + producers[1]->started() + producers[2]->started());
    }
};

// A flush behind each item, begun before the next one is queued.
static void queue_and_flush_each(Trial& t, Queue& wq, const Items& items, Actor** flushers, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        items[i]->queue_on(wq, t.first_cpu());
        flushers[i] = &t.actor("flusher", Kthread::kAnyCpu, [&wq] { wq.flush(); });
        AWAIT(t, flushers[i]->done() || flushes(t, *flushers[i], wq), "flush_workqueue() to begin");
    }
}

struct QueueFlushesOverlap {
    static constexpr Promise kPromise = {
        43,
        "",
        "flush.queue-flushes-overlap",
        "More flush_workqueue() calls than there are colours: each waits for what was queued before it, and all return",
        "kernel/workqueue.c: __flush_workqueue()",
        0,
        Fault::kFlushReturnsEarly};

    static void run(Trial& t)
    {
        constexpr uint32_t kFlushes = 24;  // 15 colours and an overflow list
        Queue& wq = t.queue({.max_active = 1});
        const Items items = t.items(kFlushes, "an item", TestItem::Body::kGate);
        Actor* flushers[kFlushes] = {};
        queue_and_flush_each(t, wq, items, flushers, kFlushes);
        if (t.decided())
            return;
        for (uint32_t i = 0; i < kFlushes; i++) {
            AWAIT(t, items[i]->started() == 1, "the next item to start");
            for (uint32_t later = i; later < kFlushes; later++)
                WANT(t, !flushers[later]->done(), "flush %u returned while item %u was held", later + 1, i + 1);
            items[i]->open();
        }
        AWAIT(t, ({
                  uint32_t n = 0;
                  for (Actor* flusher : flushers)
                      n += flusher->done();
                  n == kFlushes;
              }),
              "all flushes to return");
        for (uint32_t i = 0; i < kFlushes; i++)
            WANT(t, flushers[i]->done_ticket() > items[i]->last().end, "flush %u returned before its item had ended",
                 i + 1);
    }
};

struct EachInItsTurn {
    static constexpr Promise kPromise = {
        306,
        "",
        "flush.as-many-as-colours-wait-for-no-later-item",
        "Of fifteen flush_workqueue() calls at once each returns when what was queued before it has ended, whatever "
        "was queued after it",
        "kernel/workqueue.c: __flush_workqueue(), work_next_color()",
        0,
        Fault::kFlushNeverReturns};

    static void run(Trial& t)
    {
        constexpr uint32_t kFlushes = 15;
        Queue& wq = t.queue({.max_active = 1});
        const Items items = t.items(kFlushes, "an item", TestItem::Body::kGate);
        Actor* flushers[kFlushes] = {};
        queue_and_flush_each(t, wq, items, flushers, kFlushes);
        if (t.decided())
            return;
        for (uint32_t i = 0; i < kFlushes; i++) {
            AWAIT(t, items[i]->started() == 1, "the next item to start");
            WANT(t, !flushers[i]->done(), "flush %u returned while item %u was held", i + 1, i + 1);
            items[i]->open();
            // What is behind it is held.
            AWAIT(t, flushers[i]->done(), "a flush to return when what was queued before it had ended");
        }
    }
};

constexpr Check kAll[] = {
    check_of<QueueWaitsForAllAtEntry>(),
    check_of<QueueIsNotLivelocked>(),
    check_of<QueueFlushesOverlap>(),
    check_of<EachInItsTurn>(),
};

}  // namespace flushing_queues

constinit const Group kFlushWorkqueueChecks = group_of("flush", flushing_queues::kAll);

}  // namespace wqlab
