// SPDX-License-Identifier: GPL-2.0
// Drain.
#include "../../glue/symbols.h"
#include "../../glue/text.h"
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../scenes/item_to_refuse.hh"
#include "../scenes/look.hh"
#include "../scenes/thread_log.hh"

namespace wqlab {

namespace draining {

struct ChainsAreAllowed {
    static constexpr Promise kPromise = {
        44,
        "",
        "drain.chains-are-allowed",
        "While a workqueue drains, its items may queue on it: drain_workqueue() waits until it is empty",
        "kernel/workqueue.c: drain_workqueue()",
        0,
        Fault::kFlushReturnsEarly};

    static constexpr uint32_t kLinks = 20;

    struct Chain {
        Queue* wq;
        Gate* gate;
        uint32_t refused;
    };

    static void requeue(TestItem& item, void* argument)
    {
        Chain& chain = *static_cast<Chain*>(argument);
        chain.gate->pass();
        wqlab_sleep(500'000);
        if (item.started() <= kLinks)
            chain.refused += !wqlab_queue_bare_on(chain.wq->get(), item.address(), -1);
    }

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        Chain* chain = t.own<Chain>();
        if (!chain)
            return;
        *chain = {&wq, &t.gate(), 0};
        TestItem& item = t.item("the item that queues itself").on_run(requeue, chain);
        item.queue(wq);
        AWAIT(t, item.started() == 1, "the item to start");
        Actor& drainer = t.actor("drainer", Kthread::kAnyCpu, [&wq] { wq.drain(); });
        AWAIT(t, drainer.done() || flushes(t, drainer, wq), "drain_workqueue() to begin");
        WANT(t, !drainer.done(), "it returned while an item was held");
        chain->gate->open();
        AWAIT(t, drainer.done(), "drain_workqueue() to return");
        WANT(t, chain->refused == 0, "%u times the item could not queue itself", chain->refused);
        WANT(t, item.ended() == kLinks + 1 && item.last().end < drainer.done_ticket(),
             "it returned after %u of %u executions", item.ended(), kLinks + 1);
    }
};

struct BhChainsAreAllowed {
    static constexpr Promise kPromise = {
        44,
        "b",
        "drain.bh-chains-are-allowed",
        "While a BH workqueue drains, its items may queue on it: drain_workqueue() waits until it is empty",
        "kernel/workqueue.c: drain_workqueue(), is_chained_work()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kFlushReturnsEarly,
        {"docs/findings/0004, not mended: is_chained_work() does not know a BH worker"}};

    struct Chain {
        Trial* trial;
        Queue* wq;
        bool over;
    };

    static void requeue(TestItem& item, void* argument)
    {
        Chain& chain = *static_cast<Chain*>(argument);
        if (!__atomic_load_n(&chain.over, __ATOMIC_ACQUIRE) && !chain.trial->given_up())
            wqlab_queue_bare_on(chain.wq->get(), item.address(), -1);
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, wqlab_since_7_1(), "on this kernel an item that is refused stays pending for ever, see 45");
        Queue& wq = t.queue({.flags = WQLAB_WQ_BH});
        Chain* chain = t.own<Chain>();
        if (!chain)
            return;
        *chain = {&t, &wq, false};
        TestItem& item = t.item("the item that queues itself").on_run(requeue, chain);
        item.queue(wq);
        AWAIT(t, item.started() > 1, "the item to queue itself");
        Actor& drainer = t.actor("drainer", Kthread::kAnyCpu, [&wq] { wq.drain(); });
        AWAIT(t, drainer.done() || flushes(t, drainer, wq), "drain_workqueue() to begin");
        // Twice more: it has queued itself while the workqueue drained. Where that was refused it never begins again.
        const uint32_t begun = item.started();
        AWAIT(t, drainer.done() || item.started() > begun + 1, "the item to go on, or drain_workqueue() to return");
        const bool early = drainer.done();
        __atomic_store_n(&chain->over, true, __ATOMIC_RELEASE);
        AWAIT(t, drainer.done(), "drain_workqueue() to return");
        WANT(t, !early, "it returned while an item still queued itself, which was refused");
    }
};

struct OthersAreRefused {
    static constexpr Promise kPromise = {
        45,
        "",
        "drain.others-are-refused",
        "While a workqueue drains, queueing from outside is refused with a warning, which (7.1) names the function and "
        "the workqueue, and the item can be used afterwards",
        "kernel/workqueue.c: __queue_work()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kBusyLies,
        {"a7488f089bdf: the refused item stays pending for ever", 0, 0, true}};

    // Queued by this thread, and what the log says of it.
    static void refuse(Trial& t, const Queue& wq, Stray& stray, Said& said)
    {
        char function[96], words[192];
        wqlab_symbol_name(Stray::function(), function, sizeof(function));
        wqlab_format(words, sizeof(words), "workqueue: cannot queue %s on wq %s", function, wq.name());
        const LogListener<LinesWith> any("workqueue: cannot queue ");
        const LogListener<Saying> log(&said);
        // It is said once, whosever item is the first, unless it is forgotten.
        const bool can_tell = wqlab_since_7_1() && log.attached() && any.attached() && warns_again(t);
        stray.queue_on(wq.get(), -1);
        if (!can_tell || t.decided() || find_in(said.text, words))
            return;
        const bool was_other = any.heard().ours() && !find_in(said.text, "cannot queue ");
        WANT(t, was_other, "it was not said that \"%s\"", words);
    }

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        TestItem& held = t.item("an item", TestItem::Body::kGate);
        Stray* stray = t.own<Stray>();
        Said* said = t.own<Said>();
        if (!stray || !said || !wq.get())
            return;
        stray->init();
        said->forget();
        held.queue(wq);
        AWAIT(t, held.started() == 1, "the item to start");
        Actor& drainer = t.actor("drainer", Kthread::kAnyCpu, [&wq, &t] { kernel::drain(t, wq); });
        AWAIT(t, flushes(t, drainer, wq), "drain_workqueue() to begin");
        refuse(t, wq, *stray, *said);
        const bool pending = stray->pending() != t.has_fault(Fault::kBusyLies);
        held.open();
        AWAIT(t, drainer.done(), "drain_workqueue() to return");
        WANT(t, stray->runs() == 0, "an item from outside was queued and ran");
        WANT(t, !pending, "the item that was refused is pending, and stays so");
        WANT(t, stray->queue_on(wq.get(), -1), "it can't be queued afterwards");
    }
};

struct DrainsNest {
    static constexpr Promise kPromise = {46,
                                         "",
                                         "drain.nests",
                                         "Several threads can drain one workqueue, and it can be used afterwards",
                                         "kernel/workqueue.c: drain_workqueue()",
                                         0,
                                         Fault::kFlushReturnsEarly};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        TestItem& held = t.item("an item", TestItem::Body::kGate);
        held.queue(wq);
        AWAIT(t, held.started() == 1, "the item to start");
        Actor& first = t.actor("first drainer", Kthread::kAnyCpu, [&wq, &t] { kernel::drain(t, wq); });
        AWAIT(t, flushes(t, first, wq), "the first drain_workqueue() to begin");
        Actor& second = t.actor("second drainer", Kthread::kAnyCpu, [&wq] { wq.drain(); });
        AWAIT(t, second.done() || flushes(t, second, wq), "the second drain_workqueue() to begin");
        t.linger();
        WANT(t, !first.done() && !second.done(), "one returned while an item was held");
        held.open();
        AWAIT(t, first.done() && second.done(), "both to return");
        TestItem& after = t.item("an item queued afterwards");
        WANT(t, after.queue(wq), "queue_work() returned false afterwards");
        AWAIT(t, after.ended() == 1, "an item queued afterwards to run");
    }
};

constexpr Check kAll[] = {
    check_of<ChainsAreAllowed>(),
    check_of<BhChainsAreAllowed>(WQLAB_LACK_BH),
    check_of<OthersAreRefused>(),
    check_of<DrainsNest>(),
};

}  // namespace draining

constinit const Group kDrainChecks = group_of("drain", draining::kAll);

}  // namespace wqlab
