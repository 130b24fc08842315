// SPDX-License-Identifier: GPL-2.0
// Nodes that no machine has.
#include "../../glue/cpu.h"
#include "../scenes/look.hh"
#include "../scenes/topology.hh"

namespace wqlab {

namespace no_such_node {

struct FarBeyond {
    static constexpr Promise kPromise = {
        474,
        "",
        "queue.node-far-beyond",
        "queue_work_node() of a number that the kernel has no room for as a node, however large, or below none, does "
        "what queue_work() does",
        "kernel/workqueue.c: queue_work_node(), select_numa_node_cpu()",
        0,
        Fault::kQueueLies};

    static void judge(Trial& t, Queue& wq, uint64_t allowed, int node)
    {
        const uint32_t cpu = first_of(allowed);
        TestItem& item = t.item("the item");
        const bool queued = t.on_cpu(cpu, [&item, &wq, node] { return item.queue_node(wq, node); });
        if (t.decided())
            return;
        WANT(t, queued, "for node %d it returned false, and the item was idle", node);
        AWAIT(t, item.ended() == 1, "the item to run");
        SKIP_UNLESS(t, item.last().cpu == cpu || (unbound_cpus(t) == allowed && !elsewhere_on_purpose(t)),
                    "where unbound items may go was changed meanwhile");
        WANT(t, item.last().cpu == cpu, "for node %d, from CPU %u, it ran on CPU %u", node, cpu, item.last().cpu);
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, !elsewhere_on_purpose(t), "workqueue.debug_force_rr_cpu is set");
        const uint64_t allowed = unbound_cpus(t);
        if (!allowed)
            return;
        // Each CPU's items run there alone.
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "cpu", .strict = true});
        // Whoever takes one for a node looks for it that far behind the map of those that are there.
        for (uint64_t node = wqlab_max_nodes(); node <= INT32_MAX && !t.decided(); node *= 2)
            judge(t, wq, allowed, static_cast<int>(node));
        for (const int node : {INT32_MAX, INT32_MIN})
            if (!t.decided())
                judge(t, wq, allowed, node);
    }
};

constexpr Check kAll[] = {
    check_of<FarBeyond>(WQLAB_LACK_SCOPES),
};

}  // namespace no_such_node

constinit const Group kNoSuchNodeChecks = group_of("placement", no_such_node::kAll);

}  // namespace wqlab
