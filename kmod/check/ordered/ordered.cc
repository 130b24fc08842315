// SPDX-License-Identifier: GPL-2.0
// Ordered workqueues.
#include "../../core/counter.hh"
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../scenes/unbound_cpus.hh"

namespace wqlab {

namespace ordered {

// Queues items from all CPUs, each with a number given under one lock, and
// sees whether they come in the order of their numbers, one at a time.
struct OneAtATimeInOrder {
    static constexpr Promise kPromise = {82,
                                         "",
                                         "ordered.one-at-a-time-in-order",
                                         "alloc_ordered_workqueue(): at most one item at a time, in queueing order",
                                         "include/linux/workqueue.h: alloc_ordered_workqueue()",
                                         0,
                                         Fault::kLimitIgnored};

    static constexpr uint32_t kItems = 32;  // of each producer
    static constexpr uint32_t kProducers = 4;

    struct Line {
        NamedMutex<"wqlab ordered line"> lock;
        uint32_t next = 0;
        Gauge running;
        uint32_t ran = 0, out_of_order = 0;
    };
    struct Place {
        Line* line;
        uint32_t number;
    };

    static void take_turn(TestItem&, void* argument)
    {
        const Place& place = *static_cast<Place*>(argument);
        Line& line = *place.line;
        line.running.enter();
        if (__atomic_fetch_add(&line.ran, 1, __ATOMIC_ACQ_REL) != place.number)
            __atomic_add_fetch(&line.out_of_order, 1, __ATOMIC_RELAXED);
        wqlab_sleep(50'000);  // lets another one in, if there is one
        line.running.leave();
    }

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_ORDERED});
        Line* line = t.own<Line>();
        Place* places = t.own<Place, kItems * kProducers>();
        const Items items = t.items(kItems * kProducers, "an item");
        if (!line || !places)
            return;
        Actor* producers[kProducers];
        uint32_t cpu = t.first_cpu();
        for (uint32_t p = 0; p < kProducers; p++, cpu = t.other_cpu(cpu)) {
            producers[p] = &t.actor("producer", static_cast<int>(cpu), [=, &wq] {
                for (uint32_t i = p * kItems; i < (p + 1) * kItems; i++) {
                    const Mutex::Guard guard(line->lock);
                    places[i] = {line, line->next++};
                    items[i]->on_run(take_turn, &places[i]).queue(wq);
                }
            });
        }
        AWAIT(t, ({
                  uint32_t n = 0;
                  for (Actor* producer : producers)
                      n += producer->done();
                  n == kProducers;
              }),
              "the producers to have queued everything");
        wq.flush();
        WANT(t, line->ran == kItems * kProducers, "%u of %u items ran", line->ran, kItems * kProducers);
        WANT(t, line->running.most() == 1, "%u items ran at once", line->running.most());
        WANT(t, line->out_of_order == 0, "%u of %u items ran out of order", line->out_of_order, line->ran);
        t.tried(line->ran, "an item of one of several producers");
    }
};

// The workqueue's pool changes twice while A runs and two more wait in the first one. Those are two, because without
// order the pools would take turns; and the pools are three, because of two that wait to be let go of one is the older.
struct OrderSurvivesNewPool {
    static constexpr Promise kPromise = {
        83,
        "",
        "ordered.survives-cpumask-changes",
        "Order, exclusivity and progress survive a change of the CPUs of unbound workqueues",
        "kernel/workqueue.c: unplug_oldest_pwq()",
        0,
        Fault::kLimitIgnored};

    static void change_pool(Trial& t, uint32_t flags)
    {
        constexpr uint32_t kBefore = 2, kBetween = 5, kAll = 8;
        UnboundCpus cpus(t);
        Queue& wq = t.queue({.flags = WQLAB_WQ_ORDERED | flags});
        Gate& gate = t.gate();
        TestItem& a = t.item("A").on_run(sleep_at, &gate);
        a.queue(wq);
        AWAIT(t, a.started() == 1, "A to start");
        const Items rest = t.items(kAll, "an item");
        for (uint32_t i = 0; i < kBefore; i++)
            rest[i]->queue(wq);
        if (!cpus.restrict_to(t.first_cpu()))
            return;
        for (uint32_t i = kBefore; i < kBetween; i++)
            rest[i]->queue(wq);
        if (!cpus.restrict_to(t.other_cpu(t.first_cpu())))
            return;
        for (uint32_t i = kBetween; i < kAll; i++)
            rest[i]->queue(wq);
        t.linger();
        for (uint32_t i = 0; i < kAll; i++)
            WANT(t, rest[i]->started() == 0, "item %u started while A was running in the first pool", i + 2);
        gate.open();
        AWAIT(t, executions(rest, kAll) == kAll, "all items to run after the changes");
        WANT(t, a.last().end < rest[0]->last().start, "the first one ran while A did");
        for (uint32_t i = 1; i < kAll; i++)
            WANT(t, rest[i - 1]->last().end < rest[i]->last().start,
                 "item %u ran before item %u had; %u and %u were queued before each change", i + 2, i + 1, kBefore + 1,
                 kBetween + 1);
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.online_cpus() > 1, "there is one CPU");
        change_pool(t, 0);
        // In a pool that hardly anybody uses, so that nobody else wakes a worker that was forgotten.
        if (!t.decided())
            change_pool(t, WQLAB_WQ_HIGHPRI);
    }
};

struct SelfRequeueGoesToNewest {
    static constexpr Promise kPromise = {
        84,
        "",
        "ordered.requeue-goes-to-newest",
        "An item that queues itself while the workqueue's pool changes goes behind what was queued before",
        "kernel/workqueue.c: __queue_work()",
        0,
        Fault::kQueueReorders};

    struct Again {
        Queue* wq;
        Gate* gate;
    };

    static void pass_and_queue(TestItem& item, void* argument)
    {
        const Again& again = *static_cast<Again*>(argument);
        if (item.started() > 1)
            return;
        again.gate->pass();
        wqlab_queue_bare_on(again.wq->get(), item.address(), -1);
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.online_cpus() > 1, "there is one CPU");
        UnboundCpus cpus(t);
        Queue& wq = t.queue({.flags = WQLAB_WQ_ORDERED});
        Again* again = t.own<Again>();
        if (!again)
            return;
        *again = {&wq, &t.gate()};
        TestItem& w = t.item("W").on_run(pass_and_queue, again);
        TestItem& x = t.item("X");
        w.queue(wq);
        AWAIT(t, w.started() == 1, "W to start");
        if (!cpus.restrict_to(t.first_cpu()))
            return;
        x.queue(wq);
        again->gate->open();
        AWAIT(t, w.ended() == 2 && x.ended() == 1, "W to run twice and X once");
        WANT(t, x.last().start < w.execution(1).start, "W, which queued itself after X, ran before it");
        WANT(t, w.execution(0).end < x.last().start, "X ran while W did");
    }
};

struct MaxActiveIsFixed {
    static constexpr Promise kPromise = {
        85,
        "",
        "ordered.max-active-is-fixed",
        "max_active of an ordered workqueue can't be changed: with WQ_SYSFS it is refused or read-only",
        "kernel/workqueue.c: workqueue_set_max_active()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kLimitIgnored};

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_ORDERED});
        // Warns, and changes nothing.
        wqlab_set_max_active(wq.get(), 4);
        const Items items = t.items(2, "an item", TestItem::Body::kGate);
        items[0]->queue(wq);
        items[1]->queue(wq);
        AWAIT(t, items[0]->started() == 1, "the first item to start");
        t.linger();
        WANT(t, items[1]->started() == 0, "two items ran at once after max_active had been set to 4");

        // 6.12 makes none, 7.x one whose file can't be written.
        constexpr const char* kPath = "/sys/devices/virtual/workqueue/wqlab-c85s/max_active";
        workqueue_struct* shown = wqlab_wq_create("wqlab-c85s", WQLAB_WQ_ORDERED | WQLAB_WQ_SYSFS, 1);
        const int error = shown ? t.write(kPath, "4") : 0;
        const bool changed = shown && (!error || t.read(kPath) || !same_text(t.text(), "1\n"));
        if (shown)
            wqlab_wq_destroy(shown);
        WANT(t, !changed, "max_active of an ordered workqueue could be changed in sysfs");
    }
};

constexpr Check kAll[] = {
    check_of<OneAtATimeInOrder>(),
    check_of<OrderSurvivesNewPool>(),
    check_of<SelfRequeueGoesToNewest>(),
    check_of<MaxActiveIsFixed>(),
};

}  // namespace ordered

constinit const Group kOrderedChecks = group_of("ordered", ordered::kAll);

}  // namespace wqlab
