// SPDX-License-Identifier: GPL-2.0
// Which pool_workqueues wait for their node's max_active.
#include "../../glue/cpu.h"
#include "../scenes/look.hh"
#include "../scenes/topology.hh"

namespace wqlab {

namespace node_list {

struct ReplacedLeavesIt {
    static constexpr Promise kPromise = {
        370,
        "",
        "max-active.replaced-waits-no-more",
        "When what was held back has been cancelled and the workqueue gets other attributes, nothing of what these "
        "replace is left among those that wait for max_active, and items go on",
        "kernel/workqueue.c: pwq_release_workfn(), pwq_tryinc_nr_active()",
        0,
        Fault::kAttributesIgnored};

    // How many of its pool_workqueues wait, on all nodes.
    static uint32_t waiting(Trial& t, const Queue& wq)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_NODES);
        const wqlab_snap_workqueue* row = now ? row_of(*now, wq) : nullptr;
        uint32_t n = 0;
        for (uint32_t i = 0; row && i < now->node_active.size(); i++)
            if (&now->workqueues[now->node_active[i].workqueue] == row)
                n += now->node_active[i].nr_pending_pwqs;
        return n;
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        // Of one node: another one has its own share.
        const uint32_t here = first_of(allowed);
        const uint64_t other = companion_of(allowed, here);
        SKIP_UNLESS(t, other, "no two CPUs are of one node");
        const uint32_t there = first_of(other);
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 1, .scope = "cpu"});
        TestItem& front = t.item("the item in front", TestItem::Body::kGate);
        TestItem& held = t.item("the item held back");
        front.queue_on(wq, here);
        AWAIT(t, front.started() == 1, "the item in front to start");
        held.queue_on(wq, there);
        const uint32_t waits = waiting(t, wq);
        SKIP_UNLESS(t, waits == 1 || t.decided(), "with an item held back %u pool_workqueues wait, and not one", waits);
        WANT(t, held.cancel(), "an item held back was not cancelled");
        // It need not: docs/findings/0011 is about that it does.
        if (const uint32_t left = waiting(t, wq); !left)
            t.note("nobody waits when what was held back has been cancelled");
        const int error = wq.apply("cpu", false, 0, Queue::kPrivateNice + 1);
        SKIP_UNLESS(t, error == 0 || t.decided(), "attributes can't be set: error %d", -error);
        AWAIT(t, t.decided() || waiting(t, wq) == 0, "who was replaced to wait no more");
        const Items next = t.items(2, "the next item");
        next[0]->queue_on(wq, there);
        next[1]->queue_on(wq, here);
        front.open();
        AWAIT(t, executions(next, 2) == 2, "the next items to run");
        WANT(t, held.started() == 0, "the cancelled item ran");
    }
};

constexpr Check kAll[] = {
    check_of<ReplacedLeavesIt>(WQLAB_LACK_SYSTEM_MAX_ACTIVE | WQLAB_LACK_SCOPES),
};

}  // namespace node_list

constinit const Group kNodeListChecks = group_of("max_active", node_list::kAll);

}  // namespace wqlab
