// SPDX-License-Identifier: GPL-2.0
// Queueing and pending.
#include "../../glue/context.h"
#include "../../glue/text.h"
#include "../../glue/work.h"
#include "../harness/trial.hh"

namespace wqlab {

namespace queueing {  // of its own: all files are one translation unit

struct SaysWhetherPending {
    static constexpr Promise kPromise = {
        1,
        "",
        "queue.says-whether-pending",
        "queue_work() returns true when it made the item pending, and false, changing nothing, when it was",
        "include/linux/workqueue.h: queue_work()",
        0,
        Fault::kQueueLies};

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.max_active = 1});
        TestItem& gate = t.item("the item in front", TestItem::Body::kGate);
        TestItem& item = t.item("the item");
        WANT(t, gate.queue_on(wq, 0), "queue_work() of an idle item returned false");
        WANT(t, item.queue_on(wq, 0), "queue_work() of an idle item returned false");
        for (int i = 0; i < 1000; i++)
            WANT(t, !item.queue_on(wq, 0), "queue_work() number %d of a pending item returned true", i + 2);
        gate.open();
        wq.flush();
        WANT(t, item.ended() == 1, "one of 1001 queue_work() calls returned true, and the item ran %u times",
             item.ended());
    }
};

struct PendingIsClearedFirst {
    static constexpr Promise kPromise = {
        2,
        "",
        "queue.pending-cleared-before-run",
        "An item is not pending any more when its function begins, and can be queued again from there",
        "kernel/workqueue.c: process_one_work(), set_work_pool_and_clear_pending()",
        0,
        Fault::kBusyLies};

    struct Seen {
        Queue* wq;
        bool pending, first, second;
    };

    static void look(TestItem& item, void* argument)
    {
        Seen& seen = *static_cast<Seen*>(argument);
        if (item.started() != 1)
            return;
        seen.pending = item.pending();
        seen.first = item.queue(*seen.wq);
        seen.second = item.queue(*seen.wq);
    }

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        Seen* seen = t.own<Seen>();
        if (!seen)
            return;
        *seen = {&wq, true, false, true};
        TestItem& item = t.item("the item").on_run(look, seen);
        item.queue(wq);
        AWAIT(t, item.ended() == 2, "the item that queues itself once to run twice");
        WANT(t, !seen->pending, "work_pending() was true in its function");
        WANT(t, seen->first, "queue_work() in its function returned false");
        WANT(t, !seen->second, "a second queue_work() in its function returned true");
        wq.flush();
        WANT(t, item.ended() == 2, "it ran %u times, not 2", item.ended());
    }
};

struct LastStoreIsSeen {
    static constexpr Promise kPromise = {
        3,
        "",
        "queue.false-still-sees-stores",
        "After queue_work() returned false, one execution is still to come that sees all stores before the call",
        "kernel/workqueue.c: set_work_pool_and_clear_pending()",
        0,
        Fault::kMemoryLies};

    static void run(Trial& t)
    {
        constexpr uint32_t kRounds = 200, kStores = 100;
        const uint32_t there = t.other_cpu(t.first_cpu());
        Queue& wq = t.queue();
        TestItem& item = t.item("the item");
        uint64_t last = 0;
        uint32_t refused = 0;
        for (uint32_t round = 0; round < kRounds; round++) {
            for (uint32_t i = 0; i < kStores; i++) {
                item.set_payload(++last);
                refused += !item.queue_on(wq, there);
            }
            wq.flush();
            WANT(t, item.last().payload == last, "the last execution saw %llu where %llu had been stored",
                 static_cast<unsigned long long>(item.last().payload), static_cast<unsigned long long>(last));
        }
        t.tried(refused, "a store before a call that is refused as pending");
    }
};

struct StoresAreSeen {
    static constexpr Promise kPromise = {
        4,
        "",
        "queue.true-sees-stores",
        "After queue_work() returned true, the function sees the stores before the call",
        "include/linux/workqueue.h: queue_work(), memory-ordering properties",
        0,
        Fault::kMemoryLies};

    static void run(Trial& t)
    {
        constexpr uint32_t kTries = 2000;
        const uint32_t there = t.other_cpu(t.first_cpu());
        Queue& bound = t.queue();
        Queue& unbound = t.queue({.flags = WQLAB_WQ_UNBOUND});
        TestItem& item = t.item("the item");
        uint64_t last = 0;
        for (uint32_t i = 0; i < kTries; i++) {
            Queue& wq = i % 2 ? bound : unbound;
            item.set_payload(++last);
            WANT(t, item.queue_on(wq, there), "queue_work() of an idle item returned false");
            item.flush();
            WANT(t, item.last().payload == last, "the function saw %llu where %llu had been stored",
                 static_cast<unsigned long long>(item.last().payload), static_cast<unsigned long long>(last));
        }
        t.tried(kTries, "a store before a call");
    }
};

struct AnyContext {
    static constexpr Promise kPromise = {
        15,
        "",
        "queue.any-context",
        "queue_work(), cancel_work() and mod_delayed_work() may be called from any context",
        "kernel/workqueue.c: try_to_grab_pending(), disable_work()",
        0,
        Fault::kQueueLies};

    struct Call {
        Queue* wq;
        TestItem* item;
        TestItem* cancelled;
        TestItem* delayed;
        bool queued, cancelled_it, modified;
    };

    static void call_all(void* argument)
    {
        Call& call = *static_cast<Call*>(argument);
        call.queued = call.item->queue(*call.wq);
        call.cancelled->queue_delayed(*call.wq, 1000);
        call.cancelled_it = call.cancelled->cancel();
        call.delayed->queue_delayed(*call.wq, 1000);
        call.modified = call.delayed->mod_delayed(*call.wq, 0);
    }

    static void run(Trial& t)
    {
        constexpr void (*kContexts[])(void (*)(void*), void*) = {wqlab_call_in_hardirq, wqlab_call_with_bh_off,
                                                                 wqlab_call_with_irqs_off};
        constexpr const char* kNames[] = {"an interrupt", "a section with softirqs off",
                                          "a section with interrupts off"};
        Queue& wq = t.queue();
        for (uint32_t i = 0; i < 3; i++) {
            Call call = {&wq,
                         &t.item("the item"),
                         &t.item("the cancelled item", TestItem::Body::kReturn, WQLAB_WORK_DELAYED),
                         &t.item("the delayed item", TestItem::Body::kReturn, WQLAB_WORK_DELAYED),
                         false,
                         false,
                         false};
            kContexts[i](call_all, &call);
            WANT(t, call.queued && call.cancelled_it && call.modified,
                 "in %s queue_work() returned %d, cancel %d, mod_delayed_work() %d", kNames[i], call.queued,
                 call.cancelled_it, call.modified);
            AWAIT(t, call.item->ended() == 1 && call.delayed->ended() == 1, "the items to run");
            WANT(t, call.cancelled->started() == 0, "an item ran that was cancelled in %s", kNames[i]);
        }
    }
};

struct ScheduleUsesSystemQueue {
    static constexpr Promise kPromise = {16,
                                         "",
                                         "queue.schedule-work-uses-system-workqueue",
                                         "schedule_work() queues on the system's per-CPU workqueue",
                                         "include/linux/workqueue.h: schedule_work()",
                                         0,
                                         Fault::kWorkerLies};

    static void run(Trial& t)
    {
        TestItem& item = t.item("the item");
        bool queued = t.on_cpu(t.first_cpu(), [&item] { return wqlab_schedule_work(item.address()); });
        WANT(t, queued, "it returned false for an idle item");
        AWAIT(t, item.ended() == 1, "the item to run");
        char wanted[16];
        wqlab_format(wanted, sizeof(wanted), "kworker/%u:", t.first_cpu());
        const size_t length = __builtin_strlen(wanted);
        WANT(t, __builtin_memcmp(item.last().command, wanted, length) == 0, "it ran in %s, not in %s*",
             item.last().command, wanted);
        WANT(t, item.last().cpu == t.first_cpu(), "queued from CPU %u it ran on CPU %u", t.first_cpu(),
             item.last().cpu);
        WANT(t, item.last().nice == 0, "it ran at nice %d", item.last().nice);
    }
};

struct InProcessContext {
    static constexpr Promise kPromise = {
        18,
        "",
        "queue.execute-in-process-context",
        "execute_in_process_context() calls at once in a task and returns 0, and queues in an interrupt and returns 1",
        "kernel/workqueue.c: execute_in_process_context()",
        0,
        Fault::kBusyLies};

    struct Seen {
        Opaque<work_struct, WQLAB_SIZEOF_EXECUTE_WORK> storage;
        Trial* trial;
        uint32_t runs, runs_in_irq;
        int result;
    };
    // The function gets the work, which is the storage.
    static void look(work_struct* work)
    {
        Seen& seen = *reinterpret_cast<Seen*>(work);
        seen.runs_in_irq += wqlab_in_hardirq();
        __atomic_add_fetch(&seen.runs, 1, __ATOMIC_RELEASE);
    }
    static void call(void* argument)
    {
        Seen& seen = *static_cast<Seen*>(argument);
        seen.result = wqlab_execute_in_process_context(look, seen.storage.get());
    }

    static void run(Trial& t)
    {
        Seen* seen = t.own<Seen>();
        if (!seen)
            return;
        call(seen);
        const bool lies = t.has_fault(Fault::kBusyLies);
        WANT(t, (seen->result == 0) != lies && seen->runs == 1, "in a task it returned %d and had called %u times",
             seen->result, seen->runs);
        wqlab_call_in_hardirq(call, seen);
        WANT(t, seen->result == 1, "in an interrupt it returned %d", seen->result);
        AWAIT(t, __atomic_load_n(&seen->runs, __ATOMIC_ACQUIRE) == 2, "the function to be called from a worker");
        WANT(t, seen->runs_in_irq == 0, "it was called in the interrupt");
    }
};

struct BusyTellsState {
    static constexpr Promise kPromise = {19,
                                         "",
                                         "queue.busy-tells-state",
                                         "work_busy() tells idle, pending, running, and both",
                                         "kernel/workqueue.c: work_busy()",
                                         0,
                                         Fault::kBusyLies};

    static void run(Trial& t)
    {
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue({.max_active = 1});
        TestItem& item = t.item("the item", TestItem::Body::kGate);
        TestItem& behind = t.item("the item behind it");
        WANT(t, item.busy() == 0 && !item.pending(), "of an idle item it says %u", item.busy());
        item.queue_on(wq, cpu);
        AWAIT(t, item.started() == 1, "the item to start");
        WANT(t, item.busy() == WQLAB_BUSY_RUNNING && !item.pending(), "of a running item it says %u", item.busy());
        behind.queue_on(wq, cpu);
        WANT(t, behind.busy() == WQLAB_BUSY_PENDING && behind.pending(), "of a pending item it says %u", behind.busy());
        item.queue_on(wq, cpu);
        WANT(t, item.busy() == (WQLAB_BUSY_PENDING | WQLAB_BUSY_RUNNING),
             "of a running item that is pending again it says %u", item.busy());
        item.open();
        wq.flush();
        WANT(t, item.busy() == 0 && behind.busy() == 0, "of items that have ended it says %u and %u", item.busy(),
             behind.busy());
    }
};

constexpr Check kAll[] = {
    check_of<SaysWhetherPending>(), check_of<PendingIsClearedFirst>(),
    check_of<LastStoreIsSeen>(),    check_of<StoresAreSeen>(),
    check_of<AnyContext>(),         check_of<ScheduleUsesSystemQueue>(),
    check_of<InProcessContext>(),   check_of<BusyTellsState>(),
};

}  // namespace queueing

constinit const Group kQueueingChecks = group_of("queueing", queueing::kAll);

}  // namespace wqlab
