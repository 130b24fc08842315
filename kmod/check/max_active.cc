// SPDX-License-Identifier: GPL-2.0
// Group F, continued: max_active.
#include "../glue/cpu.h"
#include "../glue/time.h"
#include "../glue/work.h"
#include "look.hh"
#include "threshold.hh"

namespace wqlab {

namespace max_active {

inline uint32_t started(TestItem** items, uint32_t n)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += items[i]->started();
    return sum;
}

struct LimitPerCpu {
    static constexpr Promise kPromise = {
        74, "", "max-active.per-cpu",
        "max_active of a per-CPU workqueue is for each CPU: exactly so many items are in flight on each",
        "include/linux/workqueue.h: alloc_workqueue()", 0, Fault::kLimitIgnored};

    static void run(Trial& t)
    {
        for (const uint32_t limit : {1u, 3u}) {
            Queue& wq = t.queue({.max_active = limit});
            const uint32_t each = limit + 2;
            TestItem** items[8];
            uint32_t cpus = 0;
            for (uint32_t cpu = 0; cpu < wqlab_nr_cpus() && cpus < 8; cpu++) {
                if (!wqlab_cpu_online(cpu))
                    continue;
                items[cpus] = t.items(each, "an item", TestItem::Body::kGate);
                for (uint32_t i = 0; i < each; i++)
                    items[cpus][i]->queue_on(wq, cpu);
                cpus++;
            }
            AWAIT(t, ({ bool all = true; for (uint32_t c = 0; c < cpus; c++) all = all && started(items[c], each) >= limit; all; }),
                  "max_active items to be in flight on each CPU");
            t.linger();
            for (uint32_t c = 0; c < cpus; c++)
                WANT(t, started(items[c], each) == limit, "with max_active %u, %u items were in flight on a CPU", limit, started(items[c], each));
            for (uint32_t c = 0; c < cpus; c++)
                for (uint32_t i = 0; i < each; i++)
                    items[c][i]->open();
            wq.flush();
        }
    }
};

struct LimitOfSystem {
    static constexpr Promise kPromise = {
        75, "", "max-active.unbound-is-of-the-system",
        "max_active of an unbound workqueue is for the whole system, in shares of the nodes",
        "include/linux/workqueue.h: alloc_workqueue()", 0, Fault::kLimitIgnored};

    static void run(Trial& t)
    {
        uint32_t nodes = 0;
        for (uint32_t node = 0; node < wqlab_nr_nodes(); node++)
            nodes += wqlab_node_online(node);
        SKIP_UNLESS(t, nodes == 1, "with several nodes the shares say, see max-active.node-minimum");
        for (const uint32_t limit : {1u, 2u, 5u}) {
            Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = limit, .scope = "cpu"});
            TestItem** items = t.items(12, "an item", TestItem::Body::kGate);
            uint32_t cpu = t.first_cpu();
            for (uint32_t i = 0; i < 12; i++, cpu = t.other_cpu(cpu))
                items[i]->queue_on(wq, cpu);
            AWAIT(t, started(items, 12) >= limit, "max_active items to be in flight");
            t.linger();
            WANT(t, started(items, 12) == limit, "with max_active %u, %u items were in flight", limit, started(items, 12));
            for (uint32_t i = 0; i < 12; i++)
                items[i]->open();
            wq.flush();
        }
    }
};

struct NodeMinimum {
    static constexpr Promise kPromise = {
        76, "", "max-active.node-minimum",
        "Every node can have min(max_active, 8) items in flight that need each other",
        "kernel/workqueue.c: wq_update_node_max_active()", WQLAB_CHECK_NUMA, Fault::kSnapshotLies};

    static void run(Trial& t)
    {
        constexpr uint32_t kMinimum = 8;
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = kMinimum, .scope = "numa"});
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_NODES);
        if (!now)
            return;
        const wqlab_snap_workqueue* row = row_of(*now, wq);
        uint32_t nodes = 0;
        for (const wqlab_snap_node_active& node : now->node_active) {
            if (!row || &now->workqueues[node.workqueue] != row || node.node < 0)
                continue;
            nodes++;
            WANT(t, node.max >= static_cast<int32_t>(kMinimum), "node %d may have %d in flight", node.node, node.max);
        }
        SKIP_UNLESS(t, nodes > 1, "there is one node");
        // More than that is shared out by CPUs, rounded up, and no less than the minimum.
        constexpr uint32_t kMany = 256;
        Queue& large = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = kMany, .scope = "numa"});
        now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_NODES);
        row = now ? row_of(*now, large) : nullptr;
        uint32_t sum = 0;
        for (uint32_t i = 0; row && i < now->node_active.size(); i++)
            if (&now->workqueues[now->node_active[i].workqueue] == row && now->node_active[i].node >= 0)
                sum += static_cast<uint32_t>(now->node_active[i].max);
        WANT(t, sum <= kMany + nodes * kMinimum, "of max_active %u, %u nodes may have %u in flight together", kMany, nodes, sum);
        for (uint32_t node = 0; node < wqlab_nr_nodes(); node++) {
            uint32_t cpu = 0;
            while (cpu < wqlab_nr_cpus() && !(wqlab_cpu_online(cpu) && wqlab_cpu_node(cpu) == static_cast<int>(node)))
                cpu++;
            if (cpu == wqlab_nr_cpus())
                continue;
            TestItem** items = t.items(kMinimum, "an item", TestItem::Body::kGate);
            for (uint32_t i = 0; i < kMinimum; i++)
                items[i]->queue_on(wq, cpu);
            AWAIT(t, started(items, kMinimum) == kMinimum, "8 items of one node to be in flight");
            for (uint32_t i = 0; i < kMinimum; i++)
                items[i]->open();
            wq.flush();
        }
    }
};

struct LimitCanChange {
    static constexpr Promise kPromise = {
        77, "", "max-active.can-change",
        "workqueue_set_max_active(): raised, what is held back starts at once up to the limit; lowered, nothing starts before there is room",
        "kernel/workqueue.c: workqueue_set_max_active()", 0, Fault::kLimitIgnored};

    static void run(Trial& t)
    {
        const uint32_t cpu = t.first_cpu();
        Queue* const queues[] = {&t.queue({.max_active = 1}), &t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 1, .scope = "system"})};
        for (Queue* wq : queues) {
            TestItem** items = t.items(7, "an item", TestItem::Body::kGate);
            for (uint32_t i = 0; i < 6; i++)
                items[i]->queue_on(*wq, cpu);
            AWAIT(t, started(items, 6) >= 1, "an item to start");
            t.linger();
            WANT(t, started(items, 6) == 1, "with max_active 1, %u items were in flight", started(items, 6));
            wq->set_max_active(4);
            AWAIT(t, started(items, 6) >= 4, "items held back to start when max_active is raised to 4");
            t.linger();
            WANT(t, started(items, 6) == 4, "with max_active 4, %u items were in flight", started(items, 6));
            wq->set_max_active(1);
            for (uint32_t i = 0; i < 3; i++)
                items[i]->open();
            AWAIT(t, items[0]->ended() + items[1]->ended() + items[2]->ended() == 3, "three items to end");
            t.linger();
            WANT(t, started(items, 6) == 4, "lowered to 1, another item started while one was in flight");
            items[3]->open();
            AWAIT(t, started(items, 6) >= 5, "the next item to start when there is room");
            t.linger();
            WANT(t, started(items, 6) == 5, "lowered to 1, %u items were in flight", started(items, 6) - 4);
            for (uint32_t i = 0; i < 6; i++)
                items[i]->open();
            wq->flush();
        }
    }
};

struct QueueingOrder {
    static constexpr Promise kPromise = {
        78, "", "max-active.queueing-order",
        "Items of one CPU start in the order in which they were queued",
        "Documentation/core-api/workqueue.rst: The Design", 0, Fault::kQueueReorders};

    static constexpr uint32_t kItems = 64;

    static void expect_order(Trial& t, TestItem** items, const char* where)
    {
        AWAIT(t, executions(items, kItems) == kItems, "the items to run");
        for (uint32_t i = 1; i < kItems; i++)
            WANT(t, items[i - 1]->last().start < items[i]->last().start, "%s item %u started before item %u", where, i + 1, i);
    }

    static void run(Trial& t)
    {
        const uint32_t cpu = t.first_cpu();
        Queue* const queues[] = {&t.queue({.max_active = 1}), &t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 1, .scope = "system"})};
        for (Queue* wq : queues) {
            TestItem** items = t.items(kItems, "an item");
            for (uint32_t i = 0; i < kItems; i++)
                items[i]->queue_on(*wq, cpu);
            expect_order(t, items, "held back by max_active");
        }
        // On the worklist, all at once: behind an item that runs. Of those whose
        // functions return at once only one worker takes one after the other.
        const Threshold off(t, 0);
        Queue& wq = t.queue();
        TestItem& front = t.item("the item in front", TestItem::Body::kSpin);
        TestItem** items = t.items(kItems, "an item");
        wqlab_queue_bare_on(wq.get(), front.address(), static_cast<int>(cpu));
        AWAIT(t, front.started() == 1, "the item in front to start");
        for (uint32_t i = 0; i < kItems; i++)
            items[i]->queue_on(wq, cpu);
        front.open();
        expect_order(t, items, "on the worklist");
    }
};

struct OrderSurvivesChange {
    static constexpr Promise kPromise = {
        79, "", "max-active.order-survives-change",
        "New items queue behind those held back, also while max_active changes",
        "kernel/workqueue.c: __queue_work()", 0, Fault::kQueueReorders};

    static uint32_t first_out_of_order(TestItem** items, uint32_t n)
    {
        for (uint32_t i = 1; i < n; i++)
            if (items[i - 1]->last().start > items[i]->last().start)
                return i;
        return 0;
    }

    static void in_turn(Trial& t, Queue& wq, uint32_t cpu)
    {
        constexpr uint32_t kItems = 96;
        TestItem& gate = t.item("the item in front", TestItem::Body::kGate);
        TestItem** items = t.items(kItems, "an item");
        wqlab_queue_bare_on(wq.get(), gate.address(), static_cast<int>(cpu));
        AWAIT(t, gate.started() == 1, "the item in front to start");
        for (uint32_t i = 0; i < kItems; i++) {
            items[i]->queue_on(wq, cpu);
            if (i % 16 == 8)
                wq.set_max_active(1 + i / 16 % 3);
            if (i == kItems / 2)
                gate.open();
        }
        AWAIT(t, executions(items, kItems) == kItems, "the items to run");
        const uint32_t i = first_out_of_order(items, kItems);
        WANT(t, !i, "item %u started before item %u", i + 1, i);
    }

    // Items are queued while max_active is being raised, which moves those held
    // back to the worklist, one at a time. Nothing starts meanwhile: an item spins.
    // Where CPUs take turns, as in an emulator, it takes many rounds to meet.
    static constexpr uint32_t kRounds = 400, kHeld = 200, kItems = 250;

    static constexpr uint64_t kLongEnough = 15'000'000'000;  // for a slow machine fewer rounds have to do

    struct Rounds {
        Event go;
        uint32_t wanted, begun, raised;
        bool over;
    };

    static void raise_in_each(Trial& t, Queue& wq, Rounds& rounds)
    {
        for (uint32_t round = 1; round <= kRounds; round++) {
            while (__atomic_load_n(&rounds.wanted, __ATOMIC_ACQUIRE) < round) {
                if (t.decided() || t.given_up() || __atomic_load_n(&rounds.over, __ATOMIC_ACQUIRE))
                    return;
                rounds.go.wait(100'000'000);
            }
            __atomic_store_n(&rounds.begun, round, __ATOMIC_RELEASE);
            wq.set_max_active(kItems + 1);
            __atomic_store_n(&rounds.raised, round, __ATOMIC_RELEASE);
            t.changed();
        }
    }

    static void at_once(Trial& t, Queue& wq, uint32_t cpu)
    {
        Rounds* rounds = t.own<Rounds>();
        if (!rounds)
            return;
        TestItem** items = t.items(kItems, "an item");
        TestItem& front = t.item("the item that spins", TestItem::Body::kSpin);
        t.actor("who raises max_active", static_cast<int>(t.other_cpu(cpu)), [&t, &wq, rounds] { raise_in_each(t, wq, *rounds); });
        const uint64_t end = wqlab_now() + kLongEnough;
        uint32_t most = 0, round = 1;
        for (; round <= kRounds && !t.decided() && wqlab_now() < end; round++) {
            const auto reached = [round](const uint32_t& what) { return __atomic_load_n(&what, __ATOMIC_ACQUIRE) == round; };
            wq.set_max_active(1);
            front.close();
            wqlab_queue_bare_on(wq.get(), front.address(), static_cast<int>(cpu));
            AWAIT(t, front.started() == round, "the item in front to start");
            uint32_t queued = 0;
            while (queued < kHeld)
                wqlab_queue_bare_on(wq.get(), items[queued++]->address(), static_cast<int>(cpu));
            __atomic_store_n(&rounds->wanted, round, __ATOMIC_RELEASE);
            rounds->go.signal();
            while (!reached(rounds->begun) && !t.given_up()) {
                wqlab_resched();  // it may need this CPU
                wqlab_relax();
            }
            while (queued < kItems && !reached(rounds->raised))
                wqlab_queue_bare_on(wq.get(), items[queued++]->address(), static_cast<int>(cpu));
            AWAIT(t, reached(rounds->raised), "workqueue_set_max_active()");
            front.open();
            wq.flush();
            const uint32_t i = first_out_of_order(items, queued);
            WANT(t, !i, "of %u items, %u of them held back when max_active was raised, item %u started before item %u", queued, kHeld, i + 1, i);
            most = queued > most ? queued : most;
        }
        __atomic_store_n(&rounds->over, true, __ATOMIC_RELEASE);
        rounds->go.signal();
        t.note("%u rounds, %u items queued meanwhile, at most", round - 1, most - kHeld);
    }

    static void run(Trial& t)
    {
        // Else one that takes long, if only because the host is busy, lets the next one start.
        const Threshold off(t, 0);
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue({.max_active = 1});
        in_turn(t, wq, cpu);
        if (!t.decided() && t.other_cpu(cpu) != cpu)
            at_once(t, wq, cpu);
    }
};

struct SlotWakesOtherPool {
    static constexpr Promise kPromise = {
        80, "", "max-active.slot-wakes-other-pool",
        "When an item of an unbound workqueue ends, one that is held back in another pool starts",
        "kernel/workqueue.c: node_activate_pending_pwq()", 0, Fault::kQueueLoses};

    static void run(Trial& t)
    {
        const uint32_t here = t.first_cpu(), there = t.other_cpu(here);
        SKIP_UNLESS(t, here != there, "there is one CPU");
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 1, .scope = "cpu"});
        TestItem& a = t.item("A", TestItem::Body::kGate);
        TestItem& b = t.item("B", TestItem::Body::kGate);
        TestItem& c = t.item("C");
        a.queue_on(wq, here);
        AWAIT(t, a.started() == 1, "A to start");
        b.queue_on(wq, there);
        c.queue_on(wq, here);
        t.linger();
        SKIP_UNLESS(t, b.started() == 0, "the CPUs are on different nodes");
        a.open();
        AWAIT(t, b.started() == 1 || c.started() == 1, "an item of another pool to start when A has ended");
        b.open();
        AWAIT(t, b.ended() == 1 && c.ended() == 1, "all items to run");
    }
};

struct OneIsNotOrdered {
    static constexpr Promise kPromise = {
        81, "", "max-active.one-can-be-raised",
        "WQ_UNBOUND with max_active 1 is no ordered workqueue: max_active can be raised, and then two items run at once",
        "Documentation/core-api/workqueue.rst: max_active", 0, Fault::kLimitIgnored};

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 1, .scope = "system"});
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        const wqlab_snap_workqueue* row = now ? row_of(*now, wq) : nullptr;
        if (t.decided())
            return;
        WANT(t, row && !(row->flags & WQLAB_WQ_ORDERED), "it is among the ordered ones");
        TestItem** items = t.items(2, "an item", TestItem::Body::kGate);
        items[0]->queue(wq);
        items[1]->queue(wq);
        AWAIT(t, started(items, 2) >= 1, "an item to start");
        t.linger();
        WANT(t, started(items, 2) == 1, "two items run at once with max_active 1");
        wq.set_max_active(2);
        AWAIT(t, started(items, 2) == 2, "two items to run at once when max_active is raised to 2");
        WANT(t, items[0]->last().pid != items[1]->last().pid, "both ran in one worker");
    }
};

constexpr Check kAll[] = {
    check_of<LimitPerCpu>(),
    check_of<LimitOfSystem>(),
    check_of<NodeMinimum>(),
    check_of<LimitCanChange>(),
    check_of<QueueingOrder>(),
    check_of<OrderSurvivesChange>(),
    check_of<SlotWakesOtherPool>(),
    check_of<OneIsNotOrdered>(),
};

}  // namespace max_active

constinit const Group kMaxActiveChecks = group_of("max_active", max_active::kAll);

}  // namespace wqlab
