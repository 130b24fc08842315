// SPDX-License-Identifier: GPL-2.0
// Chains of items, on workqueues of each kind, while these drain or are destroyed.
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../scenes/delayed.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace chains {

// Items of which each queues the next one, in a circle, until there were so many executions.
struct Chain {
    static constexpr uint32_t kItems = 4, kExecutions = 40;

    Trial* trial;
    workqueue_struct* wq;  // itself: a Queue lets go of it before it is destroyed
    Gate* gate;            // the first execution waits for it
    bool moves;            // from CPU to CPU, hence from pwq to pwq; else all is of one
    Items items;
    uint32_t executions, refused;

    static void link(TestItem& item, void* argument)
    {
        Chain& chain = *static_cast<Chain*>(argument);
        const uint32_t n = __atomic_add_fetch(&chain.executions, 1, __ATOMIC_ACQ_REL);
        if (n == 1)
            chain.gate->pass();
        if (n >= kExecutions || chain.trial->given_up())
            return;
        uint32_t own = 0;
        while (own < kItems - 1 && chain.items[own] != &item)
            own++;
        TestItem* const next = chain.items[(own + 1) % kItems];
        Trial& t = *chain.trial;
        const int cpu = static_cast<int>(chain.moves ? t.other_cpu(item.last().cpu) : t.first_cpu());
        if (!wqlab_queue_bare_on(chain.wq, next->address(), cpu))
            __atomic_add_fetch(&chain.refused, 1, __ATOMIC_RELAXED);
    }

    // Begun, and held in its first execution. nullptr: decided.
    static Chain* begin(Trial& t, Queue& wq, bool moves)
    {
        Chain* chain = wq.get() ? t.own<Chain>() : nullptr;
        if (!chain)
            return nullptr;
        *chain = {&t, wq.get(), &t.gate(), moves, t.items(kItems, "an item of a chain"), 0, 0};
        for (uint32_t i = 0; i < kItems; i++)
            chain->items[i]->on_run(link, chain);
        kernel::queue_on(t, wq, *chain->items[0], static_cast<int>(t.first_cpu()));
        return t.wait([chain] { return chain->items[0]->started() == 1; }, "the chain to begin") ? chain : nullptr;
    }
    bool ended() const { return executed() == kExecutions || __atomic_load_n(&refused, __ATOMIC_RELAXED); }
    uint32_t executed() const { return __atomic_load_n(&executions, __ATOMIC_ACQUIRE); }
};

constexpr struct {
    const char* name;
    Shape shape;
} kKinds[] = {
    {"per-CPU", {}},
    {"per-CPU, one at a time", {.max_active = 1}},
    {"unbound", {.flags = WQLAB_WQ_UNBOUND}},
    {"unbound, one at a time", {.flags = WQLAB_WQ_UNBOUND, .max_active = 1}},
    {"ordered", {.flags = WQLAB_WQ_ORDERED}},
};

static void drain_each_kind(Trial& t, bool moves)
{
    for (const auto& kind : kKinds) {
        Queue& wq = t.queue(kind.shape);
        TestItem& delayed = t.item("an item on its timer", TestItem::Body::kReturn, kDelayed);
        delayed.queue_delayed(wq, an_hour());
        Chain* const chain = Chain::begin(t, wq, moves);
        if (!chain)
            return;
        const Items behind = t.items(8, "an item behind it");
        for (uint32_t i = 0; i < 8; i++)
            kernel::queue_on(t, wq, *behind[i], static_cast<int>(t.first_cpu()));
        Actor& drainer = t.actor("drainer", Kthread::kAnyCpu, [&wq] { wq.drain(); });
        AWAIT(t, drainer.done() || flushes(t, drainer, wq), "drain_workqueue() to begin");
        WANT(t, !drainer.done(), "%s: it returned while an item was held", kind.name);
        chain->gate->open();
        AWAIT(t, drainer.done(), "drain_workqueue() to return");
        const uint32_t executed = chain->executed(), others = executions(behind, 8);
        // Nothing of it may be left, also where the kernel did not wait for it.
        AWAIT(t, chain->ended(), "the chain to end");
        WANT(t, executed == Chain::kExecutions && chain->refused == 0 && others == 8,
             "%s: it returned after %u of %u executions of the chain, %u refused, and %u of 8 others", kind.name,
             executed, Chain::kExecutions, chain->refused, others);
        WANT(t, delayed.timer_pending() && delayed.started() == 0, "%s: it touched an item on its timer", kind.name);
        TestItem& after = t.item("an item queued afterwards");
        WANT(t, kernel::queue_on(t, wq, after, -1), "%s: queue_work() returned false afterwards", kind.name);
        AWAIT(t, after.ended() == 1, "an item queued afterwards to run");
        delayed.cancel();
    }
}

struct DrainOfEachKind {
    static constexpr Promise kPromise = {
        160,
        "",
        "drain.chains-of-several-items",
        "drain_workqueue() waits for a chain of items that queue each other, and for what is held back, on a workqueue "
        "of any kind; not for a timer",
        "kernel/workqueue.c: drain_workqueue(), is_chained_work()",
        0,
        Fault::kFlushReturnsEarly};

    static void run(Trial& t) { drain_each_kind(t, false); }
};

struct DrainOfMoving {
    static constexpr Promise kPromise = {
        181,
        "",
        "drain.chains-that-move",
        "drain_workqueue() waits for a chain of items that queue each other on one CPU after the other",
        "kernel/workqueue.c: drain_workqueue(), pwq_is_empty()",
        0,
        Fault::kFlushReturnsEarly,
        {"docs/findings/0010, not mended: pwqs are looked at one by one, and a chain slips past"}};

    static void run(Trial& t)
    {
        drain_each_kind(t, true);
        // Measured, not computed: of 30 checks on 4 CPUs of 6.12 one saw what the finding describes.
        if (!t.decided())
            t.note("%zu chains of %u executions: what shows as docs/findings/0010 is missed by 29 checks of 30",
                   sizeof(kKinds) / sizeof(kKinds[0]), Chain::kExecutions);
    }
};

// On one CPU only: what moves may be missed (docs/findings/0010), and would then run on a workqueue that is no more.
struct DestroyOfEachKind {
    static constexpr Promise kPromise = {
        161,
        "",
        "destroy.chains-of-several-items",
        "destroy_workqueue() first runs a chain of items that queue each other to its end, and what is held back, on a "
        "workqueue of any kind",
        "kernel/workqueue.c: destroy_workqueue(), is_chained_work()",
        0,
        Fault::kFlushReturnsEarly};

    static void run(Trial& t)
    {
        for (const auto& kind : kKinds) {
            Queue& wq = t.queue(kind.shape);
            Chain* const chain = Chain::begin(t, wq, false);
            if (!chain)
                return;
            const Items behind = t.items(8, "an item behind it");
            for (uint32_t i = 0; i < 8; i++)
                kernel::queue_on(t, wq, *behind[i], static_cast<int>(t.first_cpu()));
            // Of its own thread, so that what hangs is seen to.
            struct Then {
                uint32_t executed, others;
            };
            Then* const then = t.own<Then>();
            if (!then)
                return;
            Actor& destroyer = t.actor("destroyer", Kthread::kAnyCpu, [&wq, chain, behind, then] {
                wq.destroy();
                *then = {chain->executed(), executions(behind, 8)};
            });
            AWAIT(t, destroyer.began(), "destroy_workqueue() to begin");
            t.linger();
            WANT(t, !destroyer.done(), "%s: it returned while an item was held", kind.name);
            chain->gate->open();
            AWAIT(t, destroyer.done(), "destroy_workqueue() to return");
            WANT(t, then->executed == Chain::kExecutions && chain->refused == 0 && then->others == 8,
                 "%s: it returned after %u of %u executions of the chain, %u refused, and %u of 8 others", kind.name,
                 then->executed, Chain::kExecutions, chain->refused, then->others);
        }
    }
};

constexpr Check kAll[] = {
    check_of<DrainOfEachKind>(),
    check_of<DrainOfMoving>(),
    check_of<DestroyOfEachKind>(),
};

}  // namespace chains

constinit const Group kChainChecks = group_of("drain", chains::kAll);

}  // namespace wqlab
