// SPDX-License-Identifier: GPL-2.0
// Which inactive item is activated, and when.
#include "../../glue/cpu.h"
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "../scenes/look.hh"
#include "../scenes/threshold.hh"
#include "../scenes/topology.hh"

namespace wqlab {

namespace activation {

struct QueueingOrder {
    static constexpr Promise kPromise = {78,
                                         "",
                                         "max-active.queueing-order",
                                         "Items of one CPU start in the order in which they were queued",
                                         "Documentation/core-api/workqueue.rst: The Design",
                                         0,
                                         Fault::kQueueReorders};

    static constexpr uint32_t kItems = 64;

    static void expect_order(Trial& t, Items items, const char* where)
    {
        AWAIT(t, executions(items, kItems) == kItems, "the items to run");
        for (uint32_t i = 1; i < kItems; i++)
            WANT(t, items[i - 1]->last().start < items[i]->last().start, "%s item %u started before item %u", where,
                 i + 1, i);
    }

    static void run(Trial& t)
    {
        const uint32_t cpu = t.first_cpu();
        Queue* const queues[] = {&t.queue({.max_active = 1}),
                                 &t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 1, .scope = "system"})};
        for (Queue* wq : queues) {
            const Items items = t.items(kItems, "an item");
            for (uint32_t i = 0; i < kItems; i++)
                items[i]->queue_on(*wq, cpu);
            expect_order(t, items, "held back by max_active");
        }
        // On the worklist, all at once: behind an item that runs. Of those whose
        // functions return at once only one worker takes one after the other.
        const Threshold off(t, 0);
        Queue& wq = t.queue();
        TestItem& front = t.item("the item in front", TestItem::Body::kSpin);
        const Items items = t.items(kItems, "an item");
        wqlab_queue_bare_on(wq.get(), front.address(), static_cast<int>(cpu));
        AWAIT(t, front.started() == 1, "the item in front to start");
        for (uint32_t i = 0; i < kItems; i++)
            items[i]->queue_on(wq, cpu);
        front.open();
        expect_order(t, items, "on the worklist");
    }
};

struct OrderSurvivesChange {
    static constexpr Promise kPromise = {79,
                                         "",
                                         "max-active.order-survives-change",
                                         "New items queue behind those held back, also while max_active changes",
                                         "kernel/workqueue.c: __queue_work()",
                                         0,
                                         Fault::kQueueReorders};

    static uint32_t first_out_of_order(Items items, uint32_t n)
    {
        for (uint32_t i = 1; i < n; i++)
            if (items[i - 1]->last().start > items[i]->last().start)
                return i;
        return 0;
    }

    static void in_turn(Trial& t, Queue& wq, uint32_t cpu)
    {
        constexpr uint32_t kInTurn = 96;
        TestItem& gate = t.item("the item in front", TestItem::Body::kGate);
        const Items items = t.items(kInTurn, "an item");
        wqlab_queue_bare_on(wq.get(), gate.address(), static_cast<int>(cpu));
        AWAIT(t, gate.started() == 1, "the item in front to start");
        for (uint32_t i = 0; i < kInTurn; i++) {
            items[i]->queue_on(wq, cpu);
            if (i % 16 == 8)
                wq.set_max_active(1 + i / 16 % 3);
            if (i == kInTurn / 2)
                gate.open();
        }
        AWAIT(t, executions(items, kInTurn) == kInTurn, "the items to run");
        const uint32_t i = first_out_of_order(items, kInTurn);
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
        const Items items = t.items(kItems, "an item");
        TestItem& front = t.item("the item that spins", TestItem::Body::kSpin);
        t.actor("who raises max_active", static_cast<int>(t.other_cpu(cpu)),
                [&t, &wq, rounds] { raise_in_each(t, wq, *rounds); });
        const uint64_t end = wqlab_now() + kLongEnough;
        uint32_t most = 0, round = 1;
        for (; round <= kRounds && !t.decided() && wqlab_now() < end; round++) {
            const auto reached = [round](const uint32_t& what) {
                return __atomic_load_n(&what, __ATOMIC_ACQUIRE) == round;
            };
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
            WANT(t, !i, "of %u items, %u of them held back when max_active was raised, item %u started before item %u",
                 queued, kHeld, i + 1, i);
            most = queued > most ? queued : most;
        }
        __atomic_store_n(&rounds->over, true, __ATOMIC_RELEASE);
        rounds->go.signal();
        t.tried(round - 1, "raising max_active while items are queued");
        t.note("%u items queued meanwhile, at most", most - kHeld);
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
        80,
        "",
        "max-active.slot-wakes-other-pool",
        "When an item of an unbound workqueue ends, one that is held back in another pool starts",
        "kernel/workqueue.c: node_activate_pending_pwq()",
        0,
        Fault::kQueueLoses};

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
    static constexpr Promise kPromise = {81,
                                         "",
                                         "max-active.one-can-be-raised",
                                         "WQ_UNBOUND with max_active 1 is no ordered workqueue: max_active can be "
                                         "raised, and then two items run at once",
                                         "Documentation/core-api/workqueue.rst: max_active",
                                         0,
                                         Fault::kLimitIgnored};

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 1, .scope = "system"});
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        const wqlab_snap_workqueue* row = now ? row_of(*now, wq) : nullptr;
        if (t.decided())
            return;
        WANT(t, row && !(row->flags & WQLAB_WQ_ORDERED), "it is among the ordered ones");
        const Items items = t.items(2, "an item", TestItem::Body::kGate);
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

// An item of a CPU is held back, and ceases to be. Then there is room, and another one comes from that CPU: it starts
// at once.
constexpr int kRoom = 512;  // the most that 6.12 takes
enum class Way { kLetGo, kCancelled, kRaised };

inline void judge_room(Trial& t, uint32_t here, uint32_t there, Way way)
{
    Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 2, .scope = "cpu"});
    const Items front = t.items(2, "an item in front", TestItem::Body::kGate);
    TestItem& held = t.item("the item held back", TestItem::Body::kGate);
    TestItem& next = t.item("the next item");
    for (uint32_t i = 0; i < 2; i++)
        front[i]->queue_on(wq, here);
    AWAIT(t, started(front, 2) == 2, "two items to be in flight");
    held.queue_on(wq, there);
    t.linger();
    WANT(t, held.started() == 0, "with max_active 2 a third item is in flight");
    if (way == Way::kLetGo) {
        front[0]->open();
        AWAIT(t, held.started() == 1, "the item held back to start when another one has ended");
    } else if (way == Way::kCancelled) {
        WANT(t, held.cancel(), "an item held back was not cancelled");
    }
    wq.set_max_active(kRoom);
    if (way == Way::kRaised)
        AWAIT(t, held.started() == 1, "the item held back to start when max_active is raised");
    next.queue_on(wq, there);
    const char* const why[] = {"the one held back having been let go of", "the one held back having been cancelled",
                               "max_active having been raised for the one held back"};
    // That is decided when it is queued.
    const uint32_t inactive = inactive_of(t, wq);
    WANT(t, inactive == 0 || t.decided(), "with at most 3 of %d in flight the next item is held back, %s", kRoom,
         why[static_cast<uint32_t>(way)]);
    AWAIT(t, next.ended() == 1, "the next item to run");
    WANT(t, front[1]->running(), "an item in front ended");
    front[0]->open();
    front[1]->open();
    held.open();
    wq.flush();
    WANT(t, held.ended() == (way == Way::kCancelled ? 0u : 1u), "the item that was held back ran %u times",
         held.ended());
}

inline void judge_room(Trial& t, Span<const Way> ways)
{
    const uint64_t allowed = unbound_cpus(t);
    SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
    // Of one node: another one has its own share.
    const uint32_t here = first_of(allowed);
    const uint64_t other = companion_of(allowed, here);
    SKIP_UNLESS(t, other, "no two CPUs are of one node");
    // Of which that node's share must be three.
    int32_t total = 0, of_node = 0;
    for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++) {
        total += wqlab_cpu_online(cpu);
        of_node += wqlab_cpu_online(cpu) && wqlab_cpu_node(cpu) == wqlab_cpu_node(here);
    }
    SKIP_UNLESS(t, of_node * kRoom >= 3 * total, "the node has %d of %d CPUs, which is too few", of_node, total);
    for (const Way way : ways)
        if (!t.decided())
            judge_room(t, here, first_of(other), way);
}

struct RoomMeansStart {
    static constexpr Promise kPromise = {190,
                                         "",
                                         "max-active.room-means-start",
                                         "An item of an unbound workqueue that comes when there is room starts at "
                                         "once, also from a CPU of which one was held "
                                         "back before and let go of when another one ended",
                                         "kernel/workqueue.c: pwq_tryinc_nr_active(), node_activate_pending_pwq()",
                                         0,
                                         Fault::kLimitIgnored};

    static void run(Trial& t)
    {
        static constexpr Way kWays[] = {Way::kLetGo};
        judge_room(t, kWays);
    }
};

struct RoomMeansStartAfterChange {
    static constexpr Promise kPromise = {
        190,
        "b",
        "max-active.room-means-start-after-change",
        "An item of an unbound workqueue that comes when there is room starts at once, also from a CPU of which one "
        "was held back until max_active was raised, or until it was cancelled",
        "include/linux/workqueue.h: alloc_workqueue(); kernel/workqueue.c: pwq_tryinc_nr_active(), "
        "pwq_activate_first_inactive(), workqueue_set_max_active()",
        0,
        Fault::kLimitIgnored,
        {"docs/findings/0011, not mended: that CPU's pool_workqueue is taken to be waiting until some item ends"}};

    static void run(Trial& t)
    {
        static constexpr Way kWays[] = {Way::kRaised, Way::kCancelled};
        judge_room(t, kWays);
    }
};

constexpr Check kAll[] = {
    check_of<QueueingOrder>(),
    check_of<OrderSurvivesChange>(),
    check_of<SlotWakesOtherPool>(WQLAB_LACK_SYSTEM_MAX_ACTIVE),
    check_of<OneIsNotOrdered>(),
    check_of<RoomMeansStart>(WQLAB_LACK_SYSTEM_MAX_ACTIVE),
    check_of<RoomMeansStartAfterChange>(WQLAB_LACK_SYSTEM_MAX_ACTIVE),
};

}  // namespace activation

constinit const Group kActivationChecks = group_of("max_active", activation::kAll);

}  // namespace wqlab
