// SPDX-License-Identifier: GPL-2.0
// Work that waits for a grace period.
#include "../../glue/context.h"
#include "../../glue/rcu.h"
#include "../../glue/thread.h"
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "../scenes/look.hh"

namespace wqlab {

namespace rcu_work {

// Is inside a read side, and sees there whether an item starts that may not.
struct Reader {
    bool inside, leave;

    // so_far: how often it has started before it was queued.
    void read(Trial& t, const TestItem& item, uint32_t so_far)
    {
        const uint64_t limit = wqlab_now() + 5'000'000'000;  // below the stall warnings
        wqlab_rcu_read_lock();
        __atomic_store_n(&inside, true, __ATOMIC_RELEASE);
        while (!__atomic_load_n(&leave, __ATOMIC_ACQUIRE) && !t.given_up() && wqlab_now() < limit)
            wqlab_relax();
        // Under this lock it can be said whether the item waited.
        const bool early = item.started() != so_far;
        wqlab_rcu_read_unlock();
        if (early)
            t.fail("the item started while a reader was inside since before it was queued");
    }
};

struct RcuWaitsForReaders {
    static constexpr Promise kPromise = {34,
                                         "",
                                         "rcu.waits-for-a-grace-period",
                                         "An item that queue_rcu_work() took runs after a full RCU grace period",
                                         "kernel/workqueue.c: queue_rcu_work()",
                                         0,
                                         Fault::kDelayEarly};

    static void run(Trial& t)
    {
        const uint32_t there = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, there != t.first_cpu(), "there is one CPU");
        Queue& wq = t.queue();
        Reader* reader = t.own<Reader>();
        if (!reader)
            return;
        struct Cookie {
            uint64_t cookie;
            bool passed;
        };
        Cookie* cookie = t.own<Cookie>();
        if (!cookie)
            return;
        TestItem& item = t.item("the item", TestItem::Body::kReturn, WQLAB_WORK_RCU)
                             .on_run(
                                 [](TestItem&, void* argument) {
                                     Cookie& c = *static_cast<Cookie*>(argument);
                                     c.passed = wqlab_rcu_passed(c.cookie);
                                 },
                                 cookie);
        t.actor("reader", static_cast<int>(there), [reader, &item, &t] { reader->read(t, item, 0); });
        AWAIT(t, __atomic_load_n(&reader->inside, __ATOMIC_ACQUIRE), "the reader");
        cookie->cookie = wqlab_rcu_cookie();
        const bool queued = item.queue_rcu(wq);
        t.linger();
        __atomic_store_n(&reader->leave, true, __ATOMIC_RELEASE);
        WANT(t, queued, "it returned false for an idle item");
        AWAIT(t, item.ended() == 1, "the item to run after the grace period");
        WANT(t, cookie->passed, "the item ran before the grace period had ended");
    }
};

struct RcuSaysWhetherPending {
    static constexpr Promise kPromise = {
        35,
        "",
        "rcu.says-whether-pending",
        "queue_rcu_work() of a pending item returns false, and it stays on its workqueue, whichever is named; "
        "flush_rcu_work() waits, and returns true for one that was pending, even if it has run when the grace period "
        "is over, and false for an idle one",
        "kernel/workqueue.c: queue_rcu_work(), flush_rcu_work()",
        0,
        Fault::kFlushLies};

    // Begins while a reader's grace period goes on; most have run when it is over.
    static void flush_pending(Trial& t, Queue& wq)
    {
        constexpr uint32_t kRounds = 5;
        constexpr uint64_t kLimit = 100'000'000;  // ns that nobody else gets the reader's CPU
        struct Flusher {
            uintptr_t task;
            bool begins;
        };
        uint32_t met = 0;
        for (uint32_t round = 0; round < kRounds; round++) {
            TestItem& item = t.item("an item of a grace period", TestItem::Body::kReturn, WQLAB_WORK_RCU);
            Flusher* own = t.own<Flusher>();
            if (!own)
                return;
            Gate& start = t.gate();
            Actor& flusher = t.actor("flusher", static_cast<int>(t.other_cpu(t.first_cpu())), [own, &start, &item] {
                start.pass();
                own->task = wqlab_current_task();
                __atomic_store_n(&own->begins, true, __ATOMIC_RELEASE);
                return item.flush();
            });
            // From here to its test of PENDING the flusher does not sleep: asleep it has found the item pending.
            const bool slept = t.on_cpu(t.first_cpu(), [own, &start, &item, &wq] {
                const uint64_t limit = wqlab_now() + kLimit;
                wqlab_rcu_read_lock();
                item.queue_rcu(wq);
                start.open();
                bool sleeps = false;
                while (!sleeps && wqlab_now() < limit) {
                    wqlab_relax();
                    sleeps = __atomic_load_n(&own->begins, __ATOMIC_ACQUIRE) && wqlab_thread_sleeps(own->task);
                }
                wqlab_rcu_read_unlock();
                return sleeps;
            });
            AWAIT(t, flusher.done(), "flush_rcu_work() to return");
            WANT(t, flusher.result() || !slept, "flush_rcu_work() returned false for an item that was pending");
            met += slept;
        }
        t.tried(met, "flush_rcu_work() of an item that waits for its grace period");
    }

    static void run(Trial& t)
    {
        // The nice one's worker comes first: what is queued there has run when who waited for the grace period goes on.
        Queue &wq = t.queue({.flags = WQLAB_WQ_HIGHPRI}), &other = t.queue();
        TestItem& item = t.item("the item", TestItem::Body::kReturn, WQLAB_WORK_RCU);
        WANT(t, !item.flush(), "flush_rcu_work() returned true for an item that was never queued");
        for (uint32_t round = 1; round <= 5; round++) {
            struct Call {
                TestItem* item;
                Queue *wq, *other;
                bool first, second;
            } call = {&item, &wq, &other, false, true};
            // No grace period ends while this CPU has interrupts off.
            wqlab_call_with_irqs_off(
                [](void* argument) {
                    Call& c = *static_cast<Call*>(argument);
                    c.first = c.item->queue_rcu(*c.wq);
                    c.second = c.item->queue_rcu(*c.other);
                },
                &call);
            WANT(t, call.first && !call.second, "queue_rcu_work() returned %d for an idle and %d for a pending item",
                 call.first, call.second);
            WANT(t, item.flush() || item.ended() == round, "flush_rcu_work() returned false for a pending item");
            WANT(t, item.ended() == round, "the item had not run when flush_rcu_work() returned");
            WANT(t, item.last().nice == -20, "queued for nice -20 and refused for nice 0 it ran at nice %d",
                 item.last().nice);
        }
        if (t.first_cpu() != t.other_cpu(t.first_cpu()))
            flush_pending(t, wq);
        if (t.decided())
            return;
        wq.flush();
        WANT(t, !item.flush(), "flush_rcu_work() returned true for an idle item");
    }
};

struct RcuStates {
    static constexpr Promise kPromise = {171,
                                         "",
                                         "rcu.each-state-and-workqueue",
                                         "queue_rcu_work() of a running item returns true and it runs again; it goes "
                                         "to the workqueue that is named, and flush_rcu_work() waits for one that is "
                                         "pending or running, until it has ended, and returns true",
                                         "kernel/workqueue.c: queue_rcu_work(), rcu_work_rcufn(), flush_rcu_work()",
                                         0,
                                         Fault::kFlushLies};

    // One that waits for its grace period, after which there is the function to wait for.
    static void flush_waiting(Trial& t, Queue& wq)
    {
        TestItem& item = t.item("an item that waits for a grace period", TestItem::Body::kGate, WQLAB_WORK_RCU);
        WANT(t, item.queue_rcu(wq), "queue_rcu_work() of an idle item returned false");
        Actor& flusher = t.actor("flusher", Kthread::kAnyCpu, [&item] { return item.flush(); });
        AWAIT(t, item.started() == 1, "the item to start");
        AWAIT(t, flusher.done() || sleeps_behind_barrier(t, flusher), "flush_rcu_work() to wait");
        WANT(t, !flusher.done(), "flush_rcu_work() returned while the item, which was pending, was running");
        item.open();
        AWAIT(t, flusher.done(), "flush_rcu_work() to return");
        WANT(t, flusher.result() && item.ended() == 1, "of an item that was pending flush_rcu_work() returned %d",
             flusher.result());
    }

    static void run(Trial& t)
    {
        Queue* const queues[] = {&t.queue(), &t.queue({.flags = WQLAB_WQ_HIGHPRI})};
        TestItem& item = t.item("the item", TestItem::Body::kGate, WQLAB_WORK_RCU);
        uint32_t runs = 0;
        for (Queue* wq : queues) {
            flush_waiting(t, *wq);
            if (t.decided())
                return;
            const int nice = wq == queues[0] ? 0 : -20;
            item.close();
            WANT(t, item.queue_rcu(*wq), "queue_rcu_work() of an idle item returned false");
            AWAIT(t, item.started() == runs + 1, "the item to start");
            WANT(t, item.busy() == WQLAB_BUSY_RUNNING && !item.pending(), "of a running item work_busy() says %u",
                 item.busy());
            WANT(t, item.queue_rcu(*wq), "queue_rcu_work() of a running item returned false");
            WANT(t, !item.queue_rcu(*wq), "queue_rcu_work() of one that runs and waits returned true");
            WANT(t, item.pending(), "of one that waits for a grace period work_pending() says false");
            Actor& flusher = t.actor("flusher", Kthread::kAnyCpu, [&item] { return item.flush(); });
            AWAIT(t, flusher.done() || sleeps_behind_barrier(t, flusher), "flush_rcu_work() to wait");
            WANT(t, !flusher.done(), "flush_rcu_work() returned while the item was running");
            item.open();
            AWAIT(t, flusher.done(), "flush_rcu_work() to return");
            runs += 2;
            WANT(t, flusher.result(), "flush_rcu_work() of a pending item returned false");
            WANT(t, item.ended() == runs, "flush_rcu_work() returned after %u of %u executions", item.ended(), runs);
            WANT(t, item.execution(runs - 2).nice == nice && item.execution(runs - 1).nice == nice,
                 "queued on a workqueue of nice %d it ran at nice %d and %d", nice, item.execution(runs - 2).nice,
                 item.execution(runs - 1).nice);
            WANT(t, item.overlapped() == 1, "it ran twice at once");
        }
    }
};

struct RcuFromItself {
    static constexpr Promise kPromise = {
        415,
        "",
        "rcu.from-its-own-function",
        "An item that queue_rcu_work() takes in its own function runs again after a grace period that has begun then",
        "kernel/workqueue.c: queue_rcu_work(), rcu_work_rcufn()",
        0,
        Fault::kDelayEarly};

    struct Own {
        Reader reader;
        Gate* gate;
        Queue* wq;
        uint32_t runs;
        bool queued, is_past;  // past queue_rcu_work()
    };

    static void again(TestItem& item, void* argument)
    {
        Own& own = *static_cast<Own*>(argument);
        if (own.runs++)
            return;
        own.gate->pass();
        own.queued = item.queue_rcu(*own.wq);
        __atomic_store_n(&own.is_past, true, __ATOMIC_RELEASE);
    }

    static void run(Trial& t)
    {
        const uint32_t there = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, there != t.first_cpu(), "there is one CPU");
        Queue& wq = t.queue();
        Own* const own = t.own<Own>();
        if (!own || t.decided())
            return;
        *own = {};
        own->gate = &t.gate();
        own->wq = &wq;
        TestItem& item = t.item("the item", TestItem::Body::kReturn, WQLAB_WORK_RCU).on_run(again, own);
        item.queue_on(wq, t.first_cpu());
        AWAIT(t, item.started() == 1, "the item to start");
        t.actor("reader", static_cast<int>(there), [own, &item, &t] { own->reader.read(t, item, 1); });
        AWAIT(t, __atomic_load_n(&own->reader.inside, __ATOMIC_ACQUIRE), "the reader");
        own->gate->open();
        const bool past = t.wait([&] { return __atomic_load_n(&own->is_past, __ATOMIC_ACQUIRE); },
                                 "queue_rcu_work() to return");
        t.linger();
        __atomic_store_n(&own->reader.leave, true, __ATOMIC_RELEASE);
        WANT(t, past && own->queued, "queue_rcu_work() in its own function returned false");
        AWAIT(t, item.ended() == 2, "the item to run after the grace period");
    }
};

constexpr Check kAll[] = {
    check_of<RcuWaitsForReaders>(),
    check_of<RcuSaysWhetherPending>(),
    check_of<RcuStates>(),
    check_of<RcuFromItself>(),
};

}  // namespace rcu_work

constinit const Group kRcuChecks = group_of("rcu_work", rcu_work::kAll);

}  // namespace wqlab
