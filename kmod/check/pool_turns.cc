// SPDX-License-Identifier: GPL-2.0
// Group F, continued: pools of one workqueue that wait for room on their node.
#include "../glue/workqueue.h"
#include "neighbour.hh"

namespace wqlab {

namespace pool_turns {

struct PendingTakeTurns {
    static constexpr Promise kPromise = {
        274,
        "",
        "max-active.pools-take-turns",
        "Where several pools of an unbound workqueue have items held back on one node, room goes to one after the "
        "other, an item each",
        "kernel/workqueue.c: struct wq_node_nr_active, node_activate_pending_pwq()",
        0,
        Fault::kQueueReorders};

    static constexpr uint32_t kItems = 4;  // of each

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        if (!allowed)
            return;
        const uint32_t here = first_of(allowed), there = neighbour_of(here, allowed);
        SKIP_UNLESS(t, here != there, "there is no other CPU of the same node");
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 1, .scope = "cpu"});
        TestItem& front = t.item("the item that runs", TestItem::Body::kGate);
        const Items ones = t.items(kItems, "an item of one CPU"), others = t.items(kItems, "an item of another");
        kernel::queue_on(t, wq, front, static_cast<int>(here));
        AWAIT(t, front.started() == 1, "the item to start");
        for (uint32_t i = 0; i < kItems; i++)
            ones[i]->queue_on(wq, here);
        for (uint32_t i = 0; i < kItems; i++)
            others[i]->queue_on(wq, there);
        const bool was_held = front.running();
        front.open();
        AWAIT(t, executions(ones, kItems) + executions(others, kItems) == 2 * kItems, "the items to run");
        SKIP_UNLESS(t, was_held, "the item that runs ended before all were held back");
        for (uint32_t i = 0; i < kItems; i++) {
            WANT(t, ones[i]->last().start < others[i]->last().start, "item %u of CPU %u ran before item %u of CPU %u",
                 i + 1, there, i + 1, here);
            WANT(t, i + 1 == kItems || others[i]->last().start < ones[i + 1]->last().start,
                 "item %u of CPU %u ran before item %u of CPU %u", i + 2, here, i + 1, there);
        }
    }
};

constexpr Check kAll[] = {
    check_of<PendingTakeTurns>(WQLAB_LACK_SYSTEM_MAX_ACTIVE),
};

}  // namespace pool_turns

constinit const Group kPoolTurnChecks = group_of("max_active", pool_turns::kAll);

}  // namespace wqlab
