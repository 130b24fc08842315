// SPDX-License-Identifier: GPL-2.0
// The limit of a workqueue that has no CPU just then.
#include "../../glue/cpu.h"
#include "../../glue/workqueue.h"
#include "../scenes/cpu_away.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace limits_away {

struct SetWhileAway {
    static constexpr Promise kPromise = {
        335,
        "",
        "max-active.set-while-its-cpus-are-away",
        "A max_active that is set while no CPU of an unbound workqueue is online holds for its pools of no node, and "
        "min_active for each node; when a CPU is back its node has all of it",
        "kernel/workqueue.c: wq_update_node_max_active(), workqueue_set_max_active()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kLimitIgnored};

    static constexpr int32_t kBefore = 61, kAfter = 40, kMinActive = 8, kNoNode = -1;

    static void judge(Trial& t, const Queue& wq, int32_t all, int32_t its_node, const char* when)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_NODES);
        const wqlab_snap_workqueue* row = now ? row_of(*now, wq) : nullptr;
        uint32_t seen = 0;
        for (uint32_t i = 0; row && i < now->node_active.size(); i++) {
            const wqlab_snap_node_active& node = now->node_active[i];
            if (&now->workqueues[node.workqueue] != row)
                continue;
            const int32_t wanted = node.node == kNoNode || node.node == its_node ? all : kMinActive;
            seen++;
            WANT(t, node.max == wanted, "%s node %d may have %d in flight, not %d", when, node.node, node.max, wanted);
        }
        WANT(t, seen || t.decided(), "the workqueue's nodes are not seen");
    }

    static void run(Trial& t)
    {
        const uint64_t cpus = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(cpus), "unbound workqueues may use one CPU");
        const uint32_t cpu = second_of(cpus);
        const int32_t node = static_cast<int32_t>(wqlab_cpu_node(cpu));
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = kBefore, .cpus = uint64_t{1} << cpu});
        judge(t, wq, kBefore, node, "at first");
        if (t.decided())
            return;
        CpuAway away(t, cpu);
        if (t.decided())
            return;
        wq.set_max_active(kAfter);
        judge(t, wq, kAfter, kNoNode, "with its CPU away");
        away.back();
        if (!t.decided())
            judge(t, wq, kAfter, node, "with its CPU back");
    }
};

constexpr Check kAll[] = {
    check_of<SetWhileAway>(WQLAB_LACK_SYSTEM_MAX_ACTIVE),
};

}  // namespace limits_away

constinit const Group kLimitsAwayChecks = group_of("max_active", limits_away::kAll);

}  // namespace wqlab
