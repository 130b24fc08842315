// SPDX-License-Identifier: GPL-2.0
// The limit of a workqueue one of whose CPUs is about to go.
#include "../../glue/cpu.h"
#include "../../glue/cpu_going.h"
#include "../scenes/attached_probe.hh"
#include "../scenes/cpu_away.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace limits_going {

constexpr int32_t kBefore = 61, kAfter = 512;

struct Going {
    Queue* wq;
    uint32_t cpu;
    uint32_t times;
};

// set_max_active() takes the workqueue's mutex only (harness/api.hh), as workqueue_offline_cpu() did in this thread.
inline void goes(void* watcher, uint32_t cpu)
{
    Going& going = *static_cast<Going*>(watcher);
    if (cpu != going.cpu)
        return;
    going.wq->set_max_active(kAfter);
    __atomic_add_fetch(&going.times, 1, __ATOMIC_RELEASE);
}

// The last of them that is not of the first one's node; if there is none, that one.
inline uint32_t last_elsewhere(uint64_t cpus)
{
    const uint32_t first = first_of(cpus);
    while (has_two(cpus) && wqlab_cpu_node(last_of(cpus)) == wqlab_cpu_node(first))
        cpus &= ~(uint64_t{1} << last_of(cpus));
    return last_of(cpus);
}

inline void compare(Trial& t, const Queue& during, const Queue& before)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_NODES);
    const wqlab_snap_workqueue *of_during = now ? row_of(*now, during) : nullptr,
                               *of_before = now ? row_of(*now, before) : nullptr;
    uint32_t seen = 0;
    for (uint32_t i = 0; of_during && of_before && i < now->node_active.size(); i++) {
        const wqlab_snap_node_active& a = now->node_active[i];
        if (&now->workqueues[a.workqueue] != of_during)
            continue;
        for (const wqlab_snap_node_active& b : now->node_active) {
            if (&now->workqueues[b.workqueue] != of_before || b.node != a.node)
                continue;
            seen++;
            WANT(t, a.max == b.max,
                 "of %d node %d may have %d in flight where that was set while a CPU went, and %d where it was "
                 "before",
                 kAfter, a.node, a.max, b.max);
        }
    }
    WANT(t, seen || t.decided(), "the workqueues' nodes are not seen");
}

// With `again` it has that limit already.
inline void judge(Trial& t, bool again)
{
    const uint64_t cpus = unbound_cpus(t);
    SKIP_UNLESS(t, has_two(cpus), "unbound workqueues may use one CPU");
    const uint32_t cpu = last_elsewhere(cpus);
    SKIP_UNLESS(t, cpu != first_of(cpus), "the CPUs that can be tried are of one node");
    Going* const going = t.own<Going>();
    const auto make = [&t](uint32_t max_active) -> Queue& {
        return t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = max_active});
    };
    Queue &during = make(kBefore), &before = make(kAfter);
    if (!going || t.decided())
        return;
    if (again)
        during.set_max_active(kAfter);
    *going = {&during, cpu, 0};
    const Attached<wqlab_cpu_going, wqlab_cpu_going_attach, wqlab_cpu_going_detach> watched({goes, going});
    SKIP_UNLESS(t, watched.is_attached(), "nothing can be done here while a CPU goes");
    const CpuAway away(t, cpu);
    if (t.decided())
        return;
    // Had somebody else taken it before, the limit would have been that already, and been shared anew.
    SKIP_UNLESS(t, __atomic_load_n(&going->times, __ATOMIC_ACQUIRE) == 1, "somebody else took that CPU, too");
    compare(t, during, before);
}

struct SetAgainWhileOneGoes {
    static constexpr Promise kPromise = {
        461,
        "a",
        "max-active.set-again-while-a-cpu-goes",
        "A max_active of an unbound workqueue that is set to what it is while a CPU is going offline changes nothing: "
        "the nodes share it by the CPUs that stay",
        "kernel/workqueue.c: wq_adjust_max_active(), workqueue_offline_cpu(), workqueue_set_max_active()",
        WQLAB_CHECK_HOTPLUG | WQLAB_CHECK_NUMA,
        Fault::kLimitIgnored};

    static void run(Trial& t) { judge(t, true); }
};

struct SetWhileOneGoes {
    static constexpr Promise kPromise = {
        461,
        "b",
        "max-active.set-while-a-cpu-goes",
        "A max_active of an unbound workqueue that is set while a CPU is going offline is shared by the nodes as one "
        "that was set before: by the CPUs that stay",
        "kernel/workqueue.c: wq_update_node_max_active(), workqueue_offline_cpu(), workqueue_set_max_active()",
        WQLAB_CHECK_HOTPLUG | WQLAB_CHECK_NUMA,
        Fault::kLimitIgnored,
        {"docs/findings/0013, not mended: the CPU is counted until it is out of cpu_online_mask"}};

    static void run(Trial& t) { judge(t, false); }
};

constexpr Check kAll[] = {
    check_of<SetAgainWhileOneGoes>(WQLAB_LACK_SYSTEM_MAX_ACTIVE),
    check_of<SetWhileOneGoes>(WQLAB_LACK_SYSTEM_MAX_ACTIVE),
};

}  // namespace limits_going

constinit const Group kLimitsGoingChecks = group_of("max_active", limits_going::kAll);

}  // namespace wqlab
