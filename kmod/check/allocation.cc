// SPDX-License-Identifier: GPL-2.0
// Group F: allocation and max_active.
#include "trial.hh"

namespace wqlab {

namespace allocation {

inline uint32_t started(Probe** items, uint32_t n)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += items[i]->started();
    return sum;
}

inline const wqlab_snap_workqueue* look(Trial& t, const Queue& wq)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
    return now ? Trial::row_of(*now, wq) : nullptr;
}

inline bool is_7x()
{
    return wqlab_features() & WQLAB_FEATURE_BH_PERCPU;
}

struct NameIsCut {
    static constexpr Promise kPromise = {
        69, "", "alloc.name-is-cut",
        "A workqueue's name is made by printf and cut at 31 characters",
        "kernel/workqueue.c: __alloc_workqueue()", 0, Fault::kSnapshotLies};

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.name = "wqlab-012345678901234567890123456789"});
        const wqlab_snap_workqueue* row = look(t, wq);
        if (t.decided())
            return;
        WANT(t, row, "it is not among the machine's workqueues");
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        row = Trial::row_of(*now, wq);
        const char* name = Trial::string(*now, t.has_fault(Fault::kSnapshotLies) ? 0 : row->name);
        WANT(t, same_text(name, "wqlab-0123456789012345678901234"), "a name of 36 characters became \"%s\"", name);
    }
};

struct DefaultMaxActive {
    static constexpr Promise kPromise = {
        70, "", "alloc.default-max-active",
        "max_active 0 is the default: 256, on 7.x 1024",
        "Documentation/core-api/workqueue.rst: max_active", 0, Fault::kLimitIgnored};

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.max_active = t.has_fault(Fault::kLimitIgnored) ? 1u : 0u});
        const wqlab_snap_workqueue* row = look(t, wq);
        if (t.decided())
            return;
        const int32_t wanted = is_7x() ? 1024 : 256;
        WANT(t, row && row->max_active == wanted, "it is %d, not %d", row ? row->max_active : 0, wanted);
    }
};

struct MaxActiveIsClamped {
    static constexpr Promise kPromise = {
        71, "", "alloc.max-active-is-clamped",
        "max_active is clamped to 1 and the kernel's limit: 512, on 7.x 2048",
        "kernel/workqueue.c: wq_clamp_max_active()", 0, Fault::kLimitIgnored};

    static void run(Trial& t)
    {
        const int32_t limit = is_7x() ? 2048 : 512;
        struct {
            uint32_t asked;
            int32_t wanted;
        } const cases[] = {{static_cast<uint32_t>(-1), 1}, {1'000'000, limit}, {static_cast<uint32_t>(limit), limit}, {1, 1}};
        for (const auto& [asked, wanted] : cases) {
            Queue& wq = t.queue({.max_active = asked});
            const wqlab_snap_workqueue* row = look(t, wq);
            if (t.decided())
                return;
            WANT(t, row && row->max_active == wanted, "%d became %d, not %d", static_cast<int>(asked), row ? row->max_active : 0, wanted);
        }
    }
};

struct BhTakesFew {
    static constexpr Promise kPromise = {
        72, "", "alloc.bh-takes-few",
        "WQ_BH goes with WQ_HIGHPRI alone, on 7.x with WQ_PERCPU, and with max_active 0: else there is no workqueue",
        "Documentation/core-api/workqueue.rst: flags", WQLAB_CHECK_NEGATIVE, Fault::kLimitIgnored};

    static void run(Trial& t)
    {
        const uint32_t percpu = is_7x() ? uint32_t{WQLAB_WQ_PERCPU} : 0u;
        struct {
            uint32_t flags;
            int max_active;
            bool allowed;
        } const cases[] = {
            {WQLAB_WQ_BH | percpu, 0, true},
            {WQLAB_WQ_BH | WQLAB_WQ_HIGHPRI | percpu, 0, true},
            {WQLAB_WQ_BH, 1, false},
            {WQLAB_WQ_BH | WQLAB_WQ_UNBOUND, 0, false},
            {WQLAB_WQ_BH | WQLAB_WQ_MEM_RECLAIM, 0, false},
            {WQLAB_WQ_BH | WQLAB_WQ_FREEZABLE, 0, false},
            {WQLAB_WQ_BH | WQLAB_WQ_CPU_INTENSIVE, 0, false},
            {WQLAB_WQ_BH | WQLAB_WQ_SYSFS, 0, false},
        };
        for (const auto& [flags, max_active, allowed] : cases) {
            workqueue_struct* wq = wqlab_wq_create_exactly("wqlab-c72", flags, max_active);
            const bool made = (wq != nullptr) != t.has_fault(Fault::kLimitIgnored);
            if (wq)
                wqlab_wq_destroy(wq);
            WANT(t, made == allowed, "flags %x with max_active %d gave %s", flags, max_active, made ? "a workqueue" : "none");
        }
    }
};

struct PercpuOrUnbound {
    static constexpr Promise kPromise = {
        73, "", "alloc.percpu-or-unbound",
        "A workqueue is per-CPU or unbound: on 7.x neither warns and means per-CPU, both warn and mean unbound",
        "kernel/workqueue.c: __alloc_workqueue()", WQLAB_CHECK_NEGATIVE, Fault::kSnapshotLies};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, wqlab_wq_flags_known() & WQLAB_WQ_PERCPU, "this kernel has no WQ_PERCPU");
        SKIP_UNLESS(t, is_7x(), "this kernel does not look at WQ_PERCPU");
        for (const bool both : {false, true}) {
            workqueue_struct* wq = wqlab_wq_create_exactly("wqlab-c73", both ? WQLAB_WQ_PERCPU | WQLAB_WQ_UNBOUND : 0, 0);
            WANT(t, wq, "there was no workqueue");
            const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
            bool unbound = t.has_fault(Fault::kSnapshotLies);
            for (uint32_t i = 0; now && i < now->workqueues.size(); i++)
                if (now->workqueues[i].identity == wqlab_identity(reinterpret_cast<uintptr_t>(wq)))
                    unbound ^= (now->workqueues[i].flags & WQLAB_WQ_UNBOUND) != 0;
            wqlab_wq_destroy(wq);
            WANT(t, t.decided() || unbound == both, "%s gave an %s one", both ? "both" : "neither", unbound ? "unbound" : "per-CPU");
        }
    }
};

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
            Probe** items[8];
            uint32_t cpus = 0;
            for (uint32_t cpu = 0; cpu < wqlab_nr_cpus() && cpus < 8; cpu++) {
                if (!wqlab_cpu_online(cpu))
                    continue;
                items[cpus] = t.probes(each, "an item", Probe::Body::kGate);
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
            Probe** items = t.probes(12, "an item", Probe::Body::kGate);
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
        const wqlab_snap_workqueue* row = Trial::row_of(*now, wq);
        uint32_t nodes = 0;
        for (const wqlab_snap_node_active& node : now->node_active) {
            if (!row || &now->workqueues[node.workqueue] != row || node.node < 0)
                continue;
            nodes++;
            WANT(t, node.max >= static_cast<int32_t>(kMinimum), "node %d may have %d in flight", node.node, node.max);
        }
        SKIP_UNLESS(t, nodes > 1, "there is one node");
        for (uint32_t node = 0; node < wqlab_nr_nodes(); node++) {
            uint32_t cpu = 0;
            while (cpu < wqlab_nr_cpus() && !(wqlab_cpu_online(cpu) && wqlab_cpu_node(cpu) == static_cast<int>(node)))
                cpu++;
            if (cpu == wqlab_nr_cpus())
                continue;
            Probe** items = t.probes(kMinimum, "an item", Probe::Body::kGate);
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
            Probe** items = t.probes(7, "an item", Probe::Body::kGate);
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

    static void run(Trial& t)
    {
        constexpr uint32_t kItems = 64;
        const uint32_t cpu = t.first_cpu();
        Queue* const queues[] = {&t.queue({.max_active = 1}), &t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 1, .scope = "system"})};
        for (Queue* wq : queues) {
            Probe** items = t.probes(kItems, "an item");
            for (uint32_t i = 0; i < kItems; i++)
                items[i]->queue_on(*wq, cpu);
            AWAIT(t, ({ uint32_t n = 0; for (uint32_t i = 0; i < kItems; i++) n += items[i]->ended(); n == kItems; }), "the items to run");
            for (uint32_t i = 1; i < kItems; i++)
                WANT(t, items[i - 1]->last().start < items[i]->last().start, "item %u started before item %u", i + 1, i);
        }
    }
};

struct OrderSurvivesChange {
    static constexpr Promise kPromise = {
        79, "", "max-active.order-survives-change",
        "New items queue behind those held back, also while max_active changes",
        "kernel/workqueue.c: __queue_work()", 0, Fault::kQueueReorders};

    static void run(Trial& t)
    {
        constexpr uint32_t kItems = 96;
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue({.max_active = 1});
        Probe& gate = t.probe("the item in front", Probe::Body::kGate);
        Probe** items = t.probes(kItems, "an item");
        wqlab_queue_bare_on(wq.get(), gate.address(), static_cast<int>(cpu));
        AWAIT(t, gate.started() == 1, "the item in front to start");
        for (uint32_t i = 0; i < kItems; i++) {
            items[i]->queue_on(wq, cpu);
            if (i % 16 == 8)
                wq.set_max_active(1 + i / 16 % 3);
            if (i == kItems / 2)
                gate.open();
        }
        AWAIT(t, ({ uint32_t n = 0; for (uint32_t i = 0; i < kItems; i++) n += items[i]->ended(); n == kItems; }), "the items to run");
        for (uint32_t i = 1; i < kItems; i++)
            WANT(t, items[i - 1]->last().start < items[i]->last().start, "item %u started before item %u", i + 1, i);
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
        Probe& a = t.probe("A", Probe::Body::kGate);
        Probe& b = t.probe("B", Probe::Body::kGate);
        Probe& c = t.probe("C");
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

struct LegacyMacros {
    static constexpr Promise kPromise = {
        86, "", "alloc.legacy-macros",
        "create_singlethread_workqueue() is ordered and create_workqueue() per-CPU with max_active 1, both with a rescuer",
        "include/linux/workqueue.h: create_workqueue()", 0, Fault::kSnapshotLies};

    static void run(Trial& t)
    {
        workqueue_struct* single = wqlab_wq_create_legacy("wqlab-c86s", true);
        workqueue_struct* plain = wqlab_wq_create_legacy("wqlab-c86p", false);
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_RESCUERS);
        bool right[2] = {};
        for (uint32_t i = 0; now && i < now->workqueues.size(); i++) {
            const wqlab_snap_workqueue& row = now->workqueues[i];
            const bool saved = row.rescuer_pid > 0 && row.flags & WQLAB_WQ_MEM_RECLAIM && row.max_active == 1;
            if (row.identity == wqlab_identity(reinterpret_cast<uintptr_t>(single)))
                right[0] = saved && row.flags & WQLAB_WQ_ORDERED && row.flags & WQLAB_WQ_UNBOUND;
            if (row.identity == wqlab_identity(reinterpret_cast<uintptr_t>(plain)))
                right[1] = saved && !(row.flags & (WQLAB_WQ_UNBOUND | WQLAB_WQ_ORDERED));
        }
        if (single)
            wqlab_wq_destroy(single);
        if (plain)
            wqlab_wq_destroy(plain);
        right[0] = right[0] != t.has_fault(Fault::kSnapshotLies);
        WANT(t, t.decided() || (right[0] && right[1]), "the first is%s as said, the second is%s", right[0] ? "" : " not", right[1] ? "" : " not");
    }
};

constexpr Check kAll[] = {
    check_of<NameIsCut>(),
    check_of<DefaultMaxActive>(),
    check_of<MaxActiveIsClamped>(),
    check_of<BhTakesFew>(),
    check_of<PercpuOrUnbound>(),
    check_of<LimitPerCpu>(),
    check_of<LimitOfSystem>(),
    check_of<NodeMinimum>(),
    check_of<LimitCanChange>(),
    check_of<QueueingOrder>(),
    check_of<OrderSurvivesChange>(),
    check_of<SlotWakesOtherPool>(),
    check_of<LegacyMacros>(),
};

}  // namespace allocation

constinit const Group kAllocationChecks = group_of("allocation", allocation::kAll);

}  // namespace wqlab
