// SPDX-License-Identifier: GPL-2.0
// Max_active.
#include "../../glue/cpu.h"
#include "../scenes/look.hh"

namespace wqlab {

namespace max_active {

struct LimitPerCpu {
    static constexpr Promise kPromise = {
        74,
        "",
        "max-active.per-cpu",
        "max_active of a per-CPU workqueue is for each CPU: exactly so many items are in flight on each",
        "include/linux/workqueue.h: alloc_workqueue()",
        0,
        Fault::kLimitIgnored};

    static void run(Trial& t)
    {
        for (const uint32_t limit : {1u, 3u}) {
            Queue& wq = t.queue({.max_active = limit});
            const uint32_t each = limit + 2;
            Items items[8];
            uint32_t cpus = 0;
            for (uint32_t cpu = 0; cpu < wqlab_nr_cpus() && cpus < 8; cpu++) {
                if (!wqlab_cpu_online(cpu))
                    continue;
                items[cpus] = t.items(each, "an item", TestItem::Body::kGate);
                for (uint32_t i = 0; i < each; i++)
                    items[cpus][i]->queue_on(wq, cpu);
                cpus++;
            }
            AWAIT(t, ({
                      bool all = true;
                      for (uint32_t c = 0; c < cpus; c++)
                          all = all && started(items[c], each) >= limit;
                      all;
                  }),
                  "max_active items to be in flight on each CPU");
            t.linger();
            for (uint32_t c = 0; c < cpus; c++)
                WANT(t, started(items[c], each) == limit, "with max_active %u, %u items were in flight on a CPU", limit,
                     started(items[c], each));
            for (uint32_t c = 0; c < cpus; c++)
                for (uint32_t i = 0; i < each; i++)
                    items[c][i]->open();
            wq.flush();
        }
    }
};

struct LimitOfSystem {
    static constexpr Promise kPromise = {
        75,
        "",
        "max-active.unbound-is-of-the-system",
        "max_active of an unbound workqueue is for the whole system, in shares of the nodes",
        "include/linux/workqueue.h: alloc_workqueue()",
        0,
        Fault::kLimitIgnored};

    static void run(Trial& t)
    {
        uint32_t nodes = 0;
        for (uint32_t node = 0; node < wqlab_nr_nodes(); node++)
            nodes += wqlab_node_online(node);
        SKIP_UNLESS(t, nodes == 1, "with several nodes the shares say, see max-active.node-minimum");
        for (const uint32_t limit : {1u, 2u, 5u}) {
            Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = limit, .scope = "cpu"});
            const Items items = t.items(12, "an item", TestItem::Body::kGate);
            uint32_t cpu = t.first_cpu();
            for (uint32_t i = 0; i < 12; i++, cpu = t.other_cpu(cpu))
                items[i]->queue_on(wq, cpu);
            AWAIT(t, started(items, 12) >= limit, "max_active items to be in flight");
            t.linger();
            WANT(t, started(items, 12) == limit, "with max_active %u, %u items were in flight", limit,
                 started(items, 12));
            for (uint32_t i = 0; i < 12; i++)
                items[i]->open();
            wq.flush();
        }
    }
};

struct NodeMinimum {
    static constexpr Promise kPromise = {76,
                                         "",
                                         "max-active.node-minimum",
                                         "Every node can have min(max_active, 8) items in flight that need each other",
                                         "kernel/workqueue.c: wq_update_node_max_active()",
                                         WQLAB_CHECK_NUMA,
                                         Fault::kSnapshotLies};

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
        WANT(t, sum <= kMany + nodes * kMinimum, "of max_active %u, %u nodes may have %u in flight together", kMany,
             nodes, sum);
        for (uint32_t node = 0; node < wqlab_nr_nodes(); node++) {
            uint32_t cpu = 0;
            while (cpu < wqlab_nr_cpus() && !(wqlab_cpu_online(cpu) && wqlab_cpu_node(cpu) == static_cast<int>(node)))
                cpu++;
            if (cpu == wqlab_nr_cpus())
                continue;
            const Items items = t.items(kMinimum, "an item", TestItem::Body::kGate);
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
    static constexpr Promise kPromise = {77,
                                         "",
                                         "max-active.can-change",
                                         "workqueue_set_max_active(): raised, what is held back starts at once up to "
                                         "the limit; lowered, nothing starts before there is room",
                                         "kernel/workqueue.c: workqueue_set_max_active()",
                                         0,
                                         Fault::kLimitIgnored};

    static void run(Trial& t)
    {
        const uint32_t cpu = t.first_cpu();
        Queue* const queues[] = {&t.queue({.max_active = 1}),
                                 &t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 1, .scope = "system"})};
        for (Queue* wq : queues) {
            const Items items = t.items(7, "an item", TestItem::Body::kGate);
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

constexpr Check kAll[] = {
    check_of<LimitPerCpu>(),
    check_of<LimitOfSystem>(WQLAB_LACK_SYSTEM_MAX_ACTIVE),
    check_of<NodeMinimum>(WQLAB_LACK_SYSTEM_MAX_ACTIVE),
    check_of<LimitCanChange>(),
};

}  // namespace max_active

constinit const Group kMaxActiveChecks = group_of("max_active", max_active::kAll);

}  // namespace wqlab
