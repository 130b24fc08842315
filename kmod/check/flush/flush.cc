// SPDX-License-Identifier: GPL-2.0
// Flush_work().
#include "../../glue/work.h"
#include "../scenes/look.hh"

namespace wqlab {

namespace flushing {

struct SaysWhetherItWaited {
    static constexpr Promise kPromise = {
        36,
        "",
        "flush.says-whether-it-waited",
        "flush_work() returns true if it waited for the item, and false if that was idle or never queued",
        "kernel/workqueue.c: flush_work()",
        0,
        Fault::kFlushLies};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        TestItem& item = t.item("the item", TestItem::Body::kGate);
        WANT(t, !item.flush(), "it returned true for an item that was never queued");
        item.queue(wq);
        AWAIT(t, item.started() == 1, "the item to start");
        Actor& flusher = t.actor("flusher", Kthread::kAnyCpu, [&item] { return item.flush(); });
        AWAIT(t, flusher.done() || sleeps_behind_barrier(t, flusher), "flush_work() of a running item to begin");
        item.open();
        AWAIT(t, flusher.done(), "flush_work() of an item that has ended to return");
        WANT(t, flusher.result(), "it returned false for an item that was running");
        wq.flush();
        WANT(t, !item.flush(), "it returned true for an idle item");
    }
};

struct WaitsForLastInstance {
    static constexpr Promise kPromise = {
        37,
        "",
        "flush.waits-for-last-instance",
        "flush_work() waits for the last queued instance of the item, and not for what queues it later",
        "kernel/workqueue.c: flush_work()",
        0,
        Fault::kFlushReturnsEarly};

    struct Gates {
        Gate* of[2];
    };

    static void pass(TestItem& item, void* argument)
    {
        Gates& gates = *static_cast<Gates*>(argument);
        const uint32_t n = item.started() - 1;
        gates.of[n < 1 ? n : 1]->pass();
    }

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        Gates* gates = t.own<Gates>();
        if (!gates)
            return;
        *gates = {{&t.gate(), &t.gate()}};
        TestItem& item = t.item("the item").on_run(pass, gates);
        item.queue(wq);
        AWAIT(t, item.started() == 1, "the item to start");
        item.queue(wq);
        Actor& flusher = t.actor("flusher", Kthread::kAnyCpu, [&item] { item.flush(); });
        AWAIT(t, flusher.done() || sleeps_behind_barrier(t, flusher), "flush_work() to begin");
        gates->of[0]->open();
        AWAIT(t, item.started() == 2, "the second execution");
        t.linger();
        WANT(t, !flusher.done(), "it returned while the instance queued before it was still running");
        gates->of[1]->open();
        AWAIT(t, flusher.done(), "flush_work() to return");
        WANT(t, flusher.done_ticket() > item.execution(1).end && item.ended() == 2,
             "it returned before the second execution ended");

        TestItem& requeuer = t.item("an item that always queues itself", TestItem::Body::kRequeue);
        requeuer.requeues(UINT32_MAX);
        requeuer.queue(wq);
        AWAIT(t, requeuer.started() > 10, "the item that queues itself to run");
        Actor& other = t.actor("flusher of the endless", Kthread::kAnyCpu, [&requeuer] { requeuer.flush(); });
        AWAIT(t, other.done(), "flush_work() of an item that always queues itself to return");
        requeuer.requeues(0);
    }
};

struct AnyNumberOfFlushers {
    static constexpr Promise kPromise = {
        38,
        "",
        "flush.any-number-at-once",
        "Any number of threads can flush one item at once: all return, and none before it has ended",
        "kernel/workqueue.c: insert_wq_barrier()",
        0,
        Fault::kFlushReturnsEarly};

    // N threads flush the item; begin() lets it start, if it has not.
    template <uint32_t N, typename Begin>
    static void flush_by(Trial& t, TestItem& item, const char* which, Begin begin)
    {
        Actor* flushers[N];
        for (Actor*& flusher : flushers)
            flusher = &t.actor("flusher", Kthread::kAnyCpu, [&item] { item.flush(); });
        const auto done = [&] {
            uint32_t n = 0;
            for (Actor* flusher : flushers)
                n += flusher->done();
            return n;
        };
        AWAIT(t, done() || sleep_behind_barriers(t, flushers) == N, "all threads to sleep in flush_work()");
        begin();
        AWAIT(t, item.started() == 1, "the item to start");
        t.linger();
        WANT(t, done() == 0, "%u of %u that flushed an item %s returned while it was running", done(), N, which);
        item.open();
        AWAIT(t, done() == N, "all of them to return");
        for (Actor* flusher : flushers)
            WANT(t, flusher->done_ticket() > item.last().end,
                 "one that flushed an item %s returned before it had ended", which);
    }

    // Their barriers stay behind the item, in whatever list that is: one that came
    // off would run as soon as there is a worker.
    static void flush_held_back(Trial& t, uint32_t flags)
    {
        Queue& wq = t.queue({.flags = flags, .max_active = 2, .scope = flags ? "system" : nullptr});
        const Items fronts = t.items(2, "an item in front", TestItem::Body::kGate);
        TestItem& item = t.item("the item held back", TestItem::Body::kGate);
        for (uint32_t i = 0; i < 2; i++)
            fronts[i]->queue_on(wq, t.first_cpu());
        AWAIT(t, fronts[0]->started() == 1 && fronts[1]->started() == 1, "the items in front to start");
        item.queue_on(wq, t.first_cpu());
        flush_by<4>(t, item, "held back", [fronts] {
            fronts[0]->open();
            fronts[1]->open();
        });
    }

    static void run(Trial& t)
    {
        flush_held_back(t, 0);
        flush_held_back(t, WQLAB_WQ_UNBOUND);
        if (t.decided())
            return;
        Queue& wq = t.queue();
        TestItem& item = t.item("the item", TestItem::Body::kGate);
        item.queue(wq);
        AWAIT(t, item.started() == 1, "the item to start");
        flush_by<32>(t, item, "that runs", [] {});
        // Each of these threads comes to the item's list while others may be there.
        if (!t.decided())
            t.tried(4 + 4 + 32, "flushing an item that others flush");
    }
};

// What 39a and 39b share: B is inactive, flushed and cancelled, and only then
// does A, which held it back, end.
struct CancelledWhileFlushed {
    Queue* wq;
    TestItem* a;
    TestItem* b;
    Actor* flusher;
    uint32_t cpu_of_b;

    // False: the check has ended.
    static bool make(Trial& t, CancelledWhileFlushed& made)
    {
        const uint32_t here = t.first_cpu(), there = t.other_cpu(here);
        if (here == there) {
            t.skip("there is one CPU");
            return false;
        }
        // A pool for each CPU, which nothing else uses.
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 1, .scope = "cpu"});
        TestItem& a = t.item("A", TestItem::Body::kGate);
        TestItem& b = t.item("B");
        a.queue_on(wq, here);
        if (!t.wait([&] { return a.started() == 1; }, "A to start"))
            return false;
        b.queue_on(wq, there);
        if (!t.wait([&] { return inactive_of(t, wq) >= 1 || b.started(); }, "B to be held back"))
            return false;
        Actor& flusher = t.actor("flusher", Kthread::kAnyCpu, [&b] { b.flush(); });
        if (!t.wait([&] { return flusher.done() || sleeps_behind_barrier(t, flusher); }, "flush_work() of B to begin"))
            return false;
        made = {&wq, &a, &b, &flusher, there};
        if (flusher.done() || b.started()) {
            t.fail("flush_work() of an inactive item returned, or it ran");
            return false;
        }
        if (!b.cancel()) {
            t.fail("cancel_work() of an inactive item returned false");
            return false;
        }
        return true;
    }
};

struct InactiveCancelReleasesWithHelp {
    static constexpr Promise kPromise = {
        39,
        "a",
        "flush.inactive-cancel-releases-flusher-with-help",
        "Who flushes an inactive item is released when that is cancelled, once anything else runs on its pool",
        "include/linux/workqueue.h: flush_work(); kernel/workqueue.c: try_to_grab_pending()",
        0,
        Fault::kFlushNeverReturns};

    static void run(Trial& t)
    {
        CancelledWhileFlushed made;
        if (!CancelledWhileFlushed::make(t, made))
            return;
        // Of another workqueue with the same attributes, and so on the same pool.
        Queue& other = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "cpu"});
        TestItem& helper = t.item("the helper");
        helper.queue_on(other, made.cpu_of_b);
        AWAIT(t, made.flusher->done(), "flush_work() of an item that was cancelled to return");
        WANT(t, made.a->running() && !made.b->started(), "A ended or B ran before");
    }
};

struct InactiveCancelReleasesFlusher {
    static constexpr Promise kPromise = {
        39,
        "b",
        "flush.inactive-cancel-releases-flusher",
        "Who flushes an inactive item is released when that is cancelled, without help from other items",
        "include/linux/workqueue.h: flush_work(); kernel/workqueue.c: try_to_grab_pending()",
        0,
        Fault::kFlushNeverReturns,
        {"not mended: the barrier moves to the pool's worklist and nobody kicks the pool"}};

    static void run(Trial& t)
    {
        CancelledWhileFlushed made;
        if (!CancelledWhileFlushed::make(t, made))
            return;
        made.a->open();
        // Not by time: a pool whose items are pending while all of its workers
        // sleep has been told nothing, and will not be.
        uint32_t stalled = 0;
        t.wait(
            [&] {
                stalled = is_stalled(t, *made.wq, made.cpu_of_b) ? stalled + 1 : 0;
                return made.flusher->done() || stalled >= 50;
            },
            "flush_work() of an item that was cancelled to return");
        const bool released = made.flusher->done();
        // Let it go, so that the next check finds a lab in order.
        TestItem& helper = t.item("the helper");
        wqlab_queue_bare_on(made.wq->get(), helper.address(), static_cast<int>(made.cpu_of_b));
        WANT(t, released, "the barrier is on the worklist, all workers of the pool sleep, and nobody has been kicked");
    }
};

struct BarriersDoNotCount {
    static constexpr Promise kPromise = {40,
                                         "",
                                         "flush.barriers-do-not-count",
                                         "What flush_work() queues does not count in max_active",
                                         "kernel/workqueue.c: struct pool_workqueue",
                                         0,
                                         Fault::kLimitIgnored};

    static void run(Trial& t)
    {
        constexpr uint32_t kFlushers = 8;
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue({.max_active = 2});
        const Items gates = t.items(5, "an item", TestItem::Body::kGate);
        gates[0]->queue_on(wq, cpu);
        AWAIT(t, gates[0]->started() == 1, "the first item to start");
        Actor* flushers[kFlushers];
        for (Actor*& flusher : flushers)
            flusher = &t.actor("flusher", Kthread::kAnyCpu, [first = gates[0]] { first->flush(); });
        AWAIT(t, sleep_behind_barriers(t, flushers) == kFlushers, "eight threads to sleep in flush_work()");
        gates[1]->queue_on(wq, cpu);
        AWAIT(t, gates[1]->started() == 1, "a second item to start beside one with eight barriers");
        gates[2]->queue_on(wq, cpu);
        t.linger();
        WANT(t, gates[2]->started() == 0, "a third item started where two may");
        for (uint32_t i = 0; i < 3; i++)
            gates[i]->open();
        wq.flush();
        // And afterwards the count is what it was.
        gates[3]->queue_on(wq, cpu);
        gates[4]->queue_on(wq, cpu);
        gates[2]->close();
        gates[2]->queue_on(wq, cpu);
        AWAIT(t, gates[3]->started() == 1 && gates[4]->started() == 1, "two items to start after the flushes");
        t.linger();
        WANT(t, gates[2]->started() == 1, "a third item started where two may, after the flushes");
    }
};

constexpr Check kAll[] = {
    check_of<SaysWhetherItWaited>(),
    check_of<WaitsForLastInstance>(),
    check_of<AnyNumberOfFlushers>(),
    check_of<InactiveCancelReleasesWithHelp>(WQLAB_LACK_SCOPES),
    check_of<InactiveCancelReleasesFlusher>(WQLAB_LACK_SCOPES),
    check_of<BarriersDoNotCount>(),
};

}  // namespace flushing

constinit const Group kFlushChecks = group_of("flush", flushing::kAll);

}  // namespace wqlab
