// SPDX-License-Identifier: GPL-2.0
// The values that limits may have, and who says that one is reached.
#include "../../glue/cpu.h"
#include "../../glue/symbols.h"
#include "../../glue/workqueue.h"
#include "../scenes/cpu_away.hh"
#include "../scenes/look.hh"
#include "../scenes/unbound_cpus.hh"

namespace wqlab {

namespace limits {

constexpr uint32_t kSections = WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES;

struct Limits {
    int32_t max_active, saved_max_active, min_active;
};

inline Limits limits_of(Trial& t, const Queue& wq)
{
    const Snapshot* now = t.snapshot(kSections);
    const wqlab_snap_workqueue* row = now ? row_of(*now, wq) : nullptr;
    return row ? Limits{row->max_active, row->saved_max_active, row->min_active} : Limits{-2, -2, -2};
}

struct MaxActiveTakesEachValue {
    static constexpr Promise kPromise = {157,
                                         "",
                                         "max-active.set-is-clamped",
                                         "workqueue_set_max_active() takes 1 to the kernel's limit and clamps what is "
                                         "beyond, and lowers min_active with "
                                         "it; it never raises that",
                                         "kernel/workqueue.c: workqueue_set_max_active(), wq_clamp_max_active()",
                                         0,
                                         Fault::kLimitIgnored};

    static void run(Trial& t)
    {
        const int limit = wqlab_wq_max_active();
        const bool has_min = t.kernel().has(Field::kWqMinActive);
        struct {
            int asked, wanted, min_active;
        } const steps[] = {{16, 16, 8},
                           {4, 4, 4},
                           {100, 100, 4},
                           {0, 1, 1},
                           {-5, 1, 1},
                           {limit, limit, 1},
                           {7, 7, 1},
                           {limit + 1, limit, 1},
                           {0x7fffffff, limit, 1}};
        for (const uint32_t flags : {0u, uint32_t{WQLAB_WQ_UNBOUND}}) {
            if (flags && wqlab_lacks() & WQLAB_LACK_SYSTEM_MAX_ACTIVE)
                continue;  // its limit was another one, by the number of CPUs
            Queue& wq = t.queue({.flags = flags, .max_active = 32});
            for (const auto& [asked, wanted, min_active] : steps) {
                wq.set_max_active(asked);
                const Limits now = limits_of(t, wq);
                if (t.decided())
                    return;
                WANT(t, now.max_active == wanted, "%s: set to %d, max_active is %d, not %d",
                     flags ? "unbound" : "per-CPU", asked, now.max_active, wanted);
                WANT(t, !flags || !has_min || now.min_active == min_active,
                     "set max_active to %d, and min_active is %d, not %d", asked, now.min_active, min_active);
            }
        }
    }
};

struct MinActive {
    static constexpr Promise kPromise = {
        158,
        "",
        "max-active.min-active",
        "min_active of an unbound workqueue is min(max_active, 8) unless workqueue_set_min_active() says otherwise, "
        "which takes 0 to max_active and clamps what is beyond",
        "kernel/workqueue.c: workqueue_set_min_active()",
        0,
        Fault::kLimitIgnored};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.kernel().has(Field::kWqMinActive), "this kernel has no min_active");
        const uintptr_t set_min_active = wqlab_symbol("workqueue_set_min_active");
        for (const uint32_t max_active : {1u, 5u, 8u, 9u, 64u}) {
            Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = max_active});
            const int32_t wanted = static_cast<int32_t>(max_active < 8 ? max_active : 8);
            const Limits now = limits_of(t, wq);
            if (t.decided())
                return;
            WANT(t, now.min_active == wanted && now.max_active == static_cast<int32_t>(max_active),
                 "with max_active %u, max_active is %d and min_active %d", max_active, now.max_active, now.min_active);
        }
        SKIP_UNLESS(t, set_min_active, "this kernel does not show workqueue_set_min_active()");
        struct {
            int asked, wanted;
        } const steps[] = {{3, 3}, {0, 0}, {12, 12}, {13, 12}, {1000, 12}, {-1, 0}, {8, 8}};
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 12});
        for (const auto& [asked, wanted] : steps) {
            SKIP_UNLESS(t,
                        wqlab_call(set_min_active, reinterpret_cast<unsigned long>(wq.get()),
                                   static_cast<unsigned long>(asked), 0, nullptr),
                        "kprobes are disarmed, so the kernel can't be called");
            const Limits now = limits_of(t, wq);
            if (t.decided())
                return;
            WANT(t, now.min_active == wanted && now.max_active == 12,
                 "of max_active 12, min_active set to %d is %d, not %d, and max_active %d", asked, now.min_active,
                 wanted, now.max_active);
        }
        // It limits nothing on a machine of one node: still 12 at once.
        constexpr uint32_t kItems = 14;
        const Items items = t.items(kItems, "an item", TestItem::Body::kGate);
        for (uint32_t i = 0; i < kItems; i++)
            items[i]->queue(wq);
        uint32_t nodes = 0;
        for (uint32_t node = 0; node < wqlab_nr_nodes(); node++)
            nodes += wqlab_node_online(node);
        if (nodes > 1)
            return;
        AWAIT(t, started(items, kItems) >= 12, "max_active items to be in flight");
        t.linger();
        WANT(t, started(items, kItems) == 12, "of max_active 12 and min_active 8, %u items are in flight",
             started(items, kItems));
    }
};

struct CongestedOfEachKind {
    static constexpr Promise kPromise = {159,
                                         "",
                                         "congested.of-each-kind",
                                         "workqueue_congested() says of an unbound workqueue, too, whether items of "
                                         "that CPU are held back, of an ordered one "
                                         "whether any are; and WORK_CPU_UNBOUND means the caller's CPU",
                                         "kernel/workqueue.c: workqueue_congested()",
                                         0,
                                         Fault::kBusyLies};

    static bool here(Trial& t, Queue& wq, uint32_t cpu)
    {
        return t.on_cpu(cpu, [&wq] { return wq.congested(-1); });
    }

    static void run(Trial& t)
    {
        const uint32_t cpu = t.first_cpu(), other = t.other_cpu(cpu);
        struct {
            const char* name;
            Shape shape;
            bool of_cpu;  // only that CPU's
        } const kinds[] = {
            {"per-CPU", {.max_active = 1}, true},
            {"unbound", {.flags = WQLAB_WQ_UNBOUND, .max_active = 1, .scope = "system"}, true},
            {"unbound, by CPU", {.flags = WQLAB_WQ_UNBOUND, .max_active = 1, .scope = "cpu"}, true},
            {"ordered", {.flags = WQLAB_WQ_ORDERED}, false},
        };
        // Before scopes there is a pool for each node. CPUs that unbound workqueues may not use have one together.
        const uint64_t both = uint64_t{1} << (cpu & 63) | uint64_t{1} << (other & 63);
        const bool scopes = !(wqlab_lacks() & WQLAB_LACK_SCOPES) && cpu < 64 && other < 64 &&
                            !(both & ~unbound_cpus(t));
        if (t.decided())
            return;
        for (const auto& kind : kinds) {
            if (!scopes && kind.shape.flags & WQLAB_WQ_UNBOUND)
                continue;
            Queue& wq = t.queue(kind.shape);
            TestItem& runner = t.item("an item", TestItem::Body::kGate);
            TestItem& held = t.item("an item held back");
            runner.queue_on(wq, cpu);
            AWAIT(t, runner.started() == 1, "the item to start");
            WANT(t, !wq.congested(static_cast<int>(cpu)) && !here(t, wq, cpu),
                 "%s: with one item in flight, where one may be, it is congested", kind.name);
            held.queue_on(wq, cpu);
            WANT(t, wq.congested(static_cast<int>(cpu)) && here(t, wq, cpu),
                 "%s: with an item held back it is not congested", kind.name);
            const bool there = wq.congested(static_cast<int>(other)), asked_there = here(t, wq, other);
            const bool wanted = other == cpu || !kind.of_cpu;
            WANT(t, there == wanted && asked_there == wanted, "%s: on another CPU it says %d, asked there %d",
                 kind.name, there, asked_there);
            runner.open();
            wq.flush();
            WANT(t, !wq.congested(static_cast<int>(cpu)), "%s: it is congested when all items have run", kind.name);
        }
    }
};

struct CongestedAfterChange {
    static constexpr Promise kPromise = {
        308,
        "",
        "congested.after-equal-attributes",
        "An item that still runs when its unbound workqueue is given equal attributes goes where others now go, and "
        "where max_active holds it back workqueue_congested() says so",
        "kernel/workqueue.c: __queue_work(), workqueue_congested()",
        0,
        Fault::kBusyLies};

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        if (t.decided())
            return;
        const uint32_t cpu = first_of(allowed);
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 1, .scope = "system"});
        TestItem& item = t.item("the item", TestItem::Body::kGate);
        item.queue_on(wq, cpu);
        AWAIT(t, item.started() == 1, "the item to start");
        const auto pool = [&] {
            const wqlab_snap_pool* of_cpu = own_pool(t, wq, cpu);
            return of_cpu ? of_cpu->id : -1;
        };
        const int32_t before = pool();
        const int error = wq.apply("system", false);
        SKIP_UNLESS(t, error != -number(Errno::kNoMemory), "there was no memory for attributes");
        WANT(t, error == 0 || t.decided(), "equal attributes gave error %d", -error);
        const int32_t after = pool();
        SKIP_UNLESS(t, before == after, "CPUs changed meanwhile, and so did the pool");
        WANT(t, item.queue_on(wq, cpu), "an item that ran and was not pending could not be queued");
        WANT(t, wq.congested(static_cast<int>(cpu)), "with an item held back it is not congested");
        item.open();
        wq.flush();
        WANT(t, item.ended() == 2 && item.overlapped() == 1, "the item ran %u times, %u at once", item.ended(),
             item.overlapped());
    }
};

struct NodeShares {
    static constexpr Promise kPromise = {
        191,
        "",
        "max-active.shares-follow-the-cpus",
        "Each node's share of an unbound workqueue's max_active is by how many of its online CPUs it has, rounded up, "
        "at least min_active; when a CPU goes or comes back the shares follow, and of one that it may not use they do "
        "not",
        "kernel/workqueue.c: wq_update_node_max_active(), workqueue_online_cpu(), workqueue_offline_cpu()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kSnapshotLies};

    static constexpr int32_t kMaxActive = 61, kMinActive = 8;

    // As the machine says which CPUs are there, and of which node: `cpus` are those of them that the workqueue may use.
    static void judge(Trial& t, const Queue& wq, uint64_t cpus, const char* when)
    {
        const Snapshot* now = t.snapshot(kSections | WQLAB_SECTION_NODES);
        const wqlab_snap_workqueue* row = now ? row_of(*now, wq) : nullptr;
        int32_t total = 0;
        for (uint32_t cpu = 0; cpu < 64; cpu++)
            total += cpus >> cpu & 1;
        uint32_t nodes = 0;
        for (uint32_t i = 0; row && i < now->node_active.size(); i++) {
            const wqlab_snap_node_active& node = now->node_active[i];
            if (&now->workqueues[node.workqueue] != row)
                continue;
            int32_t of_node = 0;
            for (uint32_t cpu = 0; cpu < 64; cpu++)
                of_node += cpus >> cpu & 1 && wqlab_cpu_node(cpu) == node.node;
            const int32_t share = total ? (kMaxActive * of_node + total - 1) / total : 0;
            const int32_t wanted = node.node < 0 ? kMaxActive : share < kMinActive ? kMinActive : share;
            nodes++;
            WANT(t, node.max == wanted, "%s node %d, with %d of %d CPUs, may have %d in flight, not %d", when,
                 node.node, of_node, total, node.max, wanted);
        }
        WANT(t, nodes || t.decided(), "the workqueue's nodes are not seen");
    }

    static void run(Trial& t)
    {
        const uint64_t cpus = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(cpus) && wqlab_nr_cpus() <= 64, "unbound workqueues may use one CPU, or more than 64");
        // If there is one, of another node than CPU 0, which what is forgotten of a CPU may look like.
        uint32_t cpu = second_of(cpus);
        for (uint32_t other = 1; other < wqlab_nr_cpus(); other++)
            if (cpus >> other & 1 && wqlab_cpu_node(other) != wqlab_cpu_node(0))
                cpu = other;
        const uint64_t bit = uint64_t{1} << cpu;
        constexpr uint32_t kKinds = 4;
        struct {
            const char* when;
            uint64_t may_use;
            bool strict;
        } const kinds[kKinds] = {{"of all CPUs", cpus, false},
                                 {"without that CPU", cpus & ~bit, false},
                                 {"of that CPU alone", bit, false},
                                 {"strict, of that CPU alone", bit, true}};
        Queue* queues[kKinds] = {};
        for (uint32_t i = 0; i < kKinds; i++)
            queues[i] = &t.queue({.flags = WQLAB_WQ_UNBOUND,
                                  .max_active = kMaxActive,
                                  .strict = kinds[i].strict,
                                  .cpus = kinds[i].may_use});
        const auto judge_all = [&](uint64_t online) {
            for (uint32_t i = 0; i < kKinds && !t.decided(); i++)
                judge(t, *queues[i], kinds[i].may_use & online, kinds[i].when);
        };
        judge_all(cpus);
        CpuAway away(t, cpu);
        if (t.decided())
            return;
        judge_all(cpus & ~bit);
        away.back();
        judge_all(cpus);
    }
};

struct SharesOfAllowedCpus {
    static constexpr Promise kPromise = {
        362,
        "",
        "max-active.shares-of-allowed-cpus",
        "The nodes' shares of an unbound workqueue's max_active are by the CPUs that it may use also when the limit is "
        "set later, and of those that unbound workqueues may use when that is restricted, before or after",
        "kernel/workqueue.c: wq_adjust_max_active(), wq_update_node_max_active(), unbound_effective_cpumask(), "
        "apply_wqattrs_prepare()",
        0,
        Fault::kSnapshotLies};

    static void run(Trial& t)
    {
        const uint64_t cpus = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(cpus) && wqlab_nr_cpus() <= 64, "unbound workqueues may use one CPU, or more than 64");
        // Attributes, which would be counted anew, come with a workqueue that is private.
        const auto make = [&t](uint32_t max_active) -> Queue& {
            return t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = max_active, .is_private = false});
        };
        constexpr int32_t kMaxActive = NodeShares::kMaxActive;
        Queue& at_once = make(kMaxActive);
        Queue& later = make(kMaxActive + 1);
        later.set_max_active(kMaxActive);
        NodeShares::judge(t, at_once, cpus, "of a new workqueue,");
        if (!t.decided())
            NodeShares::judge(t, later, cpus, "when the limit was set,");
        UnboundCpus bounds(t);
        const uint64_t one = cpus & -cpus, others = cpus & ~one;
        for (const uint64_t allowed : {one, others}) {
            if (t.decided() || !bounds.write_mask(allowed))
                return;
            later.set_max_active(kMaxActive + 1);
            later.set_max_active(kMaxActive);
            Queue& made = make(kMaxActive);
            for (const Queue* wq : {&at_once, &later, &made})
                if (!t.decided())
                    NodeShares::judge(t, *wq, allowed, "where unbound ones may use some CPUs only,");
        }
    }
};

constexpr Check kAll[] = {
    check_of<MaxActiveTakesEachValue>(),
    check_of<MinActive>(WQLAB_LACK_SYSTEM_MAX_ACTIVE),
    check_of<CongestedOfEachKind>(),
    check_of<CongestedAfterChange>(WQLAB_LACK_SYSTEM_MAX_ACTIVE),
    check_of<NodeShares>(WQLAB_LACK_SYSTEM_MAX_ACTIVE),
    check_of<SharesOfAllowedCpus>(WQLAB_LACK_SYSTEM_MAX_ACTIVE),
};

}  // namespace limits

constinit const Group kLimitsChecks = group_of("max_active", limits::kAll);

}  // namespace wqlab
