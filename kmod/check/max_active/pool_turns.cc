// SPDX-License-Identifier: GPL-2.0
// Pools of one workqueue that wait for room on their node.
#include "../../glue/cpu.h"
#include "../../glue/workqueue.h"
#include "../scenes/look.hh"
#include "../scenes/neighbour.hh"

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

struct ExactAgain {
    static constexpr Promise kPromise = {
        382,
        "",
        "max-active.exact-after-what-was-held-back",
        "Exactly max_active items of a workqueue are in flight also when one that was held back has been cancelled, "
        "and when some that were have been let go",
        "kernel/workqueue.c: pwq_tryinc_nr_active(), node_activate_pending_pwq(), pwq_dec_nr_active()",
        0,
        Fault::kLimitIgnored};

    static void across_pools(Trial& t, uint32_t here, uint32_t there)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 1, .scope = "cpu"});
        TestItem& first = t.item("the item that runs", TestItem::Body::kGate);
        TestItem& cancelled = t.item("an item that is cancelled");
        TestItem& second = t.item("the item held back", TestItem::Body::kGate);
        first.queue_on(wq, here);
        AWAIT(t, first.started() == 1, "the item to start");
        cancelled.queue_on(wq, there);
        WANT(t, cancelled.cancel() || !first.running(), "an item that was held back was not pending");
        second.queue_on(wq, there);
        t.linger();
        WANT(t, second.started() == 0 || !first.running(),
             "max_active is 1, and once an item held back was cancelled the next one started beside the one that runs");
        first.open();
        AWAIT(t, second.started() == 1, "the item held back to start");
        const Items more = t.items(2, "an item behind it"), last = t.items(2, "the last item");
        more[0]->queue_on(wq, there);
        more[1]->queue_on(wq, here);
        t.linger();
        WANT(t, started(more, 2) == 0 || !second.running(),
             "max_active is 1, and beside an item that was held back and let go another one started");
        more[0]->cancel();
        more[1]->cancel();
        second.open();
        AWAIT(t, second.ended() == 1, "the item held back to end");
        wq.flush();
        last[0]->queue_on(wq, there);
        last[1]->queue_on(wq, here);
        AWAIT(t, executions(last, 2) == 2, "items to run when what was before them has been cancelled");
    }

    // Whose turn it would be has nothing any more.
    static void turn_of_nobody(Trial& t, uint32_t here, uint32_t there)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 1, .scope = "cpu"});
        TestItem& first = t.item("the item that runs", TestItem::Body::kGate);
        TestItem& cancelled = t.item("an item that is cancelled");
        TestItem& behind = t.item("an item behind it");
        first.queue_on(wq, here);
        AWAIT(t, first.started() == 1, "the item to start");
        cancelled.queue_on(wq, there);
        behind.queue_on(wq, here);
        cancelled.cancel();
        first.open();
        AWAIT(t, behind.ended() == 1, "an item to run when what was held back before it in another pool was cancelled");
    }

    static void in_one_pool(Trial& t, uint32_t flags, uint32_t cpu)
    {
        constexpr uint32_t kMaxActive = 2, kItems = 6, kMore = 3;
        Queue& wq = t.queue({.flags = flags, .max_active = kMaxActive, .scope = flags ? "system" : nullptr});
        const Items items = t.items(kItems, "an item", TestItem::Body::kGate), more = t.items(kMore, "an item behind");
        for (uint32_t i = 0; i < kItems; i++)
            items[i]->queue_on(wq, cpu);
        for (uint32_t i = 0; i + kMaxActive < kItems; i++) {
            AWAIT(t, started(items, kItems) == kMaxActive + i, "max_active items to be in flight");
            items[i]->open();
        }
        AWAIT(t, started(items, kItems) == kItems, "the last ones to be in flight");
        for (uint32_t i = 0; i < kMore; i++)
            more[i]->queue_on(wq, cpu);
        t.linger();
        const uint32_t others = started(more, kMore);
        WANT(t, others == 0 || executions(items, kItems) + kMaxActive > kItems,
             "max_active is %u, and beside as many that were held back and let go %u others started", kMaxActive,
             others);
        more[0]->cancel();
        items[kItems - 1]->open();
        AWAIT(t, executions(more, kMore) >= kMore - 1, "those behind one that was cancelled to run");
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        if (!allowed)
            return;
        const uint32_t here = first_of(allowed), there = neighbour_of(here, allowed);
        for (const uint32_t flags : {uint32_t{0}, uint32_t{WQLAB_WQ_UNBOUND}})
            if (!t.decided())
                in_one_pool(t, flags, here);
        if (t.decided())
            return;
        if (here == there)
            t.note("there is no other CPU of the same node");
        else
            across_pools(t, here, there);
        if (here != there && !t.decided())
            turn_of_nobody(t, here, there);
    }
};

struct RaisedInTurns {
    static constexpr Promise kPromise = {
        430,
        "",
        "max-active.raised-for-each-pool",
        "When the max_active of an unbound workqueue is raised the room is given to its pools in turn, an item each, "
        "and not to one of them first",
        "kernel/workqueue.c: wq_adjust_max_active()",
        0,
        Fault::kLimitIgnored};

    static constexpr uint32_t kItems = 6, kRoom = 5;  // of each CPU, and of their node

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, wqlab_nr_cpus() <= 64, "there are more than 64 CPUs");
        const uint64_t allowed = unbound_cpus(t);
        if (!allowed)
            return;
        const uint32_t here = first_of(allowed), there = neighbour_of(here, allowed);
        SKIP_UNLESS(t, here != there, "there is no other CPU of the same node");
        uint32_t all = 0, of_node = 0;
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++) {
            const bool counts = allowed >> cpu & 1 && wqlab_cpu_online(cpu);
            all += counts;
            of_node += counts && wqlab_cpu_node(cpu) == wqlab_cpu_node(here);
        }
        SKIP_UNLESS(t, of_node, "a CPU has left");
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 1, .scope = "cpu"});
        TestItem& front = t.item("the item that runs", TestItem::Body::kGate);
        const Items ones = t.items(kItems, "an item of one CPU", TestItem::Body::kGate),
                    others = t.items(kItems, "an item of another", TestItem::Body::kGate);
        front.queue_on(wq, here);
        AWAIT(t, front.started() == 1, "the item to start");
        for (uint32_t i = 0; i < kItems; i++)
            ones[i]->queue_on(wq, here);
        for (uint32_t i = 0; i < kItems; i++)
            others[i]->queue_on(wq, there);
        wq.set_max_active(static_cast<int>((kRoom * all + of_node - 1) / of_node));
        // What is let go of is so when that returns; when it starts is up to the machine.
        uint32_t one = 0, other = 0;
        AWAIT(t,
              (one = started(ones, kItems)) + (other = started(others, kItems)) + inactive_of(t, wq) == 2 * kItems ||
                  t.decided(),
              "all that max_active allows to start");
        WANT(t, t.decided() || one + other > 1, "max_active was raised, and %u items started", one + other);
        WANT(t, t.decided() || (one <= other + 1 && other <= one + 1),
             "max_active was raised, and %u items of CPU %u started, and %u of CPU %u", one, here, other, there);
    }
};

constexpr Check kAll[] = {
    check_of<PendingTakeTurns>(WQLAB_LACK_SYSTEM_MAX_ACTIVE),
    check_of<RaisedInTurns>(WQLAB_LACK_SYSTEM_MAX_ACTIVE),
    check_of<ExactAgain>(WQLAB_LACK_SYSTEM_MAX_ACTIVE),
};

}  // namespace pool_turns

constinit const Group kPoolTurnChecks = group_of("max_active", pool_turns::kAll);

}  // namespace wqlab
