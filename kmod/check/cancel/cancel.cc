// SPDX-License-Identifier: GPL-2.0
// Cancelling.
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../harness/few_tries.hh"
#include "../scenes/look.hh"
#include "../scenes/proc_stat.hh"

namespace wqlab {

namespace cancelling {

struct SaysWhetherPending {
    static constexpr Promise kPromise = {
        51,
        "",
        "cancel.says-whether-pending",
        "cancel_work() returns true if the item was pending, and does not wait for one that runs",
        "kernel/workqueue.c: cancel_work()",
        0,
        Fault::kCancelLies};

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.max_active = 1});
        TestItem& runner = t.item("an item that runs", TestItem::Body::kGate);
        TestItem& waiter = t.item("an item behind it");
        WANT(t, !waiter.cancel(), "it returned true for an idle item");
        runner.queue_on(wq, t.first_cpu());
        AWAIT(t, runner.started() == 1, "the first item to start");
        waiter.queue_on(wq, t.first_cpu());
        WANT(t, waiter.cancel(), "it returned false for a pending item");
        WANT(t, !waiter.cancel(), "it returned true for an item that it had cancelled");
        // It would hang here, with the gate closed, if it waited.
        WANT(t, !runner.cancel(), "it returned true for an item that was running");
        WANT(t, runner.running(), "the item that was running ended");
        runner.queue_on(wq, t.first_cpu());
        WANT(t, runner.cancel(), "it returned false for an item that was running and pending");
        runner.open();
        wq.flush();
        WANT(t, runner.ended() == 1 && waiter.started() == 0, "the items ran %u and %u times, not 1 and 0",
             runner.ended(), waiter.started());
    }
};

struct SyncWaits {
    static constexpr Promise kPromise = {
        52,
        "",
        "cancel.sync-waits",
        "When cancel_work_sync() returns, the item is neither pending nor running anywhere, even if it queues itself",
        "kernel/workqueue.c: cancel_work_sync()",
        0,
        Fault::kSyncDoesNotWait};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        TestItem& item = t.item("the item", TestItem::Body::kGate);
        item.queue(wq);
        AWAIT(t, item.started() == 1, "the item to start");
        Actor& canceller = t.actor("canceller", Kthread::kAnyCpu, [&item] { return item.cancel_sync(); });
        AWAIT(t, canceller.done() || sleeps_behind_barrier(t, canceller), "cancel_work_sync() to begin");
        t.linger();
        WANT(t, !canceller.done(), "it returned while the item was running");
        item.open();
        AWAIT(t, canceller.done(), "cancel_work_sync() to return");
        WANT(t, canceller.done_ticket() > item.last().end, "it returned before the item had ended");
        WANT(t, !canceller.result(), "it returned true for an item that was running and not pending");

        constexpr uint32_t kRounds = 8;
        for (uint32_t round = 0; round < kRounds; round++) {
            TestItem& requeuer = t.item("an item that always queues itself", TestItem::Body::kRequeue);
            requeuer.requeues(UINT32_MAX).queue_on(wq, t.first_cpu());
            AWAIT(t, requeuer.started() > round, "the item that queues itself to run");
            requeuer.cancel_sync();
            const uint32_t started = requeuer.started(), ended = requeuer.ended();
            WANT(t, started == ended && requeuer.busy() == 0,
                 "an item that queues itself was running or pending after it");
            t.linger();
            WANT(t, requeuer.started() == started, "an item that queues itself ran again after it");
        }
        // Where in its round the item is when it is cancelled is chance.
        tried_few(t, kRounds, "cancelling an item that queues itself");
    }
};

struct SyncBySeveral {
    static constexpr Promise kPromise = {
        53,
        "",
        "cancel.sync-by-several",
        "Several threads can cancel_work_sync() one item: all return, after its function has",
        "kernel/workqueue.c: __cancel_work_sync()",
        0,
        Fault::kSyncDoesNotWait};

    static void run(Trial& t)
    {
        constexpr uint32_t kThreads = 8;
        Queue& wq = t.queue();
        TestItem& item = t.item("the item", TestItem::Body::kGate);
        item.queue(wq);
        AWAIT(t, item.started() == 1, "the item to start");
        Actor* cancellers[kThreads];
        for (Actor*& canceller : cancellers)
            canceller = &t.actor("canceller", Kthread::kAnyCpu, [&item] { item.cancel_sync(); });
        const auto done = [&] {
            uint32_t n = 0;
            for (Actor* canceller : cancellers)
                n += canceller->done();
            return n;
        };
        // f09b10b6f442, 6.10: before, one waits behind a barrier, and the others for that one.
        const uint32_t behind = wqlab_lacks() & WQLAB_LACK_DISABLE ? 1 : kThreads;
        AWAIT(t, done() || sleep_behind_barriers(t, cancellers) == behind,
              "eight threads to sleep in cancel_work_sync()");
        t.linger();
        WANT(t, done() == 0, "%u of 8 returned while the item was running", done());
        item.open();
        AWAIT(t, done() == kThreads, "all 8 to return");
        for (Actor* canceller : cancellers)
            WANT(t, canceller->done_ticket() > item.last().end, "one returned before the item had ended");
        // Each of these threads comes to the item while others may be there.
        tried_few(t, kThreads, "cancelling an item that others cancel");
    }
};

struct QueueFailsMeanwhile {
    static constexpr Promise kPromise = {54,
                                         "",
                                         "cancel.queueing-fails-meanwhile",
                                         "While cancel_work_sync() waits, queueing the item fails; after it, it works",
                                         "kernel/workqueue.c: __cancel_work_sync()",
                                         0,
                                         Fault::kQueueLies};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        TestItem& item = t.item("the item", TestItem::Body::kGate);
        WANT(t, item.queue(wq), "queue_work() of an idle item returned false");
        AWAIT(t, item.started() == 1, "the item to start");
        Actor& canceller = t.actor("canceller", Kthread::kAnyCpu, [&item] { item.cancel_sync(); });
        AWAIT(t, sleeps_behind_barrier(t, canceller), "cancel_work_sync() to begin");
        for (int i = 0; i < 100; i++)
            WANT(t, !item.queue(wq), "queue_work() returned true while cancel_work_sync() waited");
        // Before 6.10 (f09b10b6f442) it is who cancels that keeps it pending, so that nobody else can queue it.
        WANT(t, !item.pending() || wqlab_lacks() & WQLAB_LACK_DISABLE,
             "the item was pending while cancel_work_sync() waited");
        item.open();
        AWAIT(t, canceller.done(), "cancel_work_sync() to return");
        WANT(t, item.ended() == 1, "the item ran %u times, not once", item.ended());
        WANT(t, item.queue(wq), "queue_work() returned false after cancel_work_sync()");
        AWAIT(t, item.ended() == 2, "the item to run after cancel_work_sync()");
    }
};

struct SyncSleeps {
    static constexpr Promise kPromise = {
        307,
        "",
        "cancel.sync-sleeps",
        "Who waits in cancel_work_sync() or disable_work_sync() for an item that a worker runs sleeps, and uses no CPU",
        "kernel/workqueue.c: __flush_work(), pool_offq_flags()",
        0,
        Fault::kSyncDoesNotWait};

    // As /proc says it: 'D', 'R'; 0: it does not.
    static char state_of(Trial& t, int32_t pid)
    {
        const char* const stat = stat_of_thread(t, pid, "wqlab_actor)");
        return stat ? *stat : '\0';
    }

    static void judge(Trial& t, uint32_t flags, bool disables)
    {
        Queue& wq = t.queue({.flags = flags});
        TestItem& item = t.item("the item", TestItem::Body::kGate);
        item.queue(wq);
        AWAIT(t, item.started() == 1, "the item to start");
        Actor& waiter = t.actor("who waits", Kthread::kAnyCpu,
                                [&item, disables] { return disables ? item.disable(true) : item.cancel_sync(); });
        AWAIT(t, waiter.done() || sleeps_behind_barrier(t, waiter), "it to sleep");
        WANT(t, !waiter.done(), "it returned while the item was running");
        char state = 0;
        AWAIT(t, !(state = state_of(t, waiter.pid())) || state == 'D', "who waits for a running item to sleep");
        SKIP_UNLESS(t, state, "/proc does not show a thread of the kernel");
        item.open();
        AWAIT(t, waiter.done(), "it to return");
        if (disables)
            item.enable();
    }

    static void run(Trial& t)
    {
        for (const bool disables : {false, true})
            for (const uint32_t flags : {uint32_t{0}, uint32_t{WQLAB_WQ_UNBOUND}})
                if (!t.decided() && !(disables && wqlab_lacks() & WQLAB_LACK_DISABLE))
                    judge(t, flags, disables);
    }
};

constexpr Check kAll[] = {
    check_of<SaysWhetherPending>(),  check_of<SyncWaits>(),  check_of<SyncBySeveral>(),
    check_of<QueueFailsMeanwhile>(), check_of<SyncSleeps>(),
};

}  // namespace cancelling

constinit const Group kCancelChecks = group_of("cancel", cancelling::kAll);

}  // namespace wqlab
