// SPDX-License-Identifier: GPL-2.0
// Group A: queueing and pending.
#include "trial.hh"

namespace wqlab {

namespace queueing {  // of its own: all files are one translation unit

struct SaysWhetherPending {
    static constexpr Promise kPromise = {
        1, "", "queue.says-whether-pending",
        "queue_work() returns true when it made the item pending, and false, changing nothing, when it was",
        "include/linux/workqueue.h: queue_work()", 0, Fault::kQueueLies};

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.max_active = 1});
        Probe& gate = t.probe("the item in front", Probe::Body::kGate);
        Probe& item = t.probe("the item");
        WANT(t, gate.queue_on(wq, 0), "queue_work() of an idle item returned false");
        WANT(t, item.queue_on(wq, 0), "queue_work() of an idle item returned false");
        for (int i = 0; i < 1000; i++)
            WANT(t, !item.queue_on(wq, 0), "queue_work() number %d of a pending item returned true", i + 2);
        gate.open();
        wq.flush();
        WANT(t, item.ended() == 1, "one of 1001 queue_work() calls returned true, and the item ran %u times", item.ended());
    }
};

struct PendingIsClearedFirst {
    static constexpr Promise kPromise = {
        2, "", "queue.pending-cleared-before-run",
        "An item is not pending any more when its function begins, and can be queued again from there",
        "kernel/workqueue.c: process_one_work(), set_work_pool_and_clear_pending()", 0, Fault::kBusyLies};

    struct Seen {
        Queue* wq;
        bool pending, first, second;
    };

    static void look(Probe& probe, void* argument)
    {
        Seen& seen = *static_cast<Seen*>(argument);
        if (probe.started() != 1)
            return;
        seen.pending = probe.pending();
        seen.first = probe.queue(*seen.wq);
        seen.second = probe.queue(*seen.wq);
    }

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        Seen* seen = t.own<Seen>();
        if (!seen)
            return;
        *seen = {&wq, true, false, true};
        Probe& item = t.probe("the item").on_run(look, seen);
        item.queue(wq);
        AWAIT(t, item.ended() == 2, "the item that queues itself once to run twice");
        WANT(t, !seen->pending, "work_pending() was true in its function");
        WANT(t, seen->first, "queue_work() in its function returned false");
        WANT(t, !seen->second, "a second queue_work() in its function returned true");
        wq.flush();
        WANT(t, item.ended() == 2, "it ran %u times, not 2", item.ended());
    }
};

struct NotOnTwoCpus {
    static constexpr Promise kPromise = {
        5, "", "queue.one-item-never-on-two-cpus",
        "An item never runs on two CPUs at once: queued elsewhere while it runs, it waits for the worker that has it",
        "Documentation/core-api/workqueue.rst: Non-reentrance Conditions", 0, Fault::kQueueTwice};

    static void run(Trial& t)
    {
        const uint32_t here = t.first_cpu(), there = t.other_cpu(here);
        SKIP_UNLESS(t, here != there, "there is one CPU");
        Queue& wq = t.queue();
        Probe& item = t.probe("the item", Probe::Body::kGate);
        item.queue_on(wq, here);
        AWAIT(t, item.started() >= 1, "the item to start");
        WANT(t, item.queue_on(wq, there), "queue_work_on() of a running item returned false");
        t.linger();
        WANT(t, item.started() == 1, "it started a second time while it ran");
        item.open();
        AWAIT(t, item.ended() == 2, "its second execution");
        WANT(t, item.overlapped() == 1, "%u executions overlapped", item.overlapped());
        WANT(t, item.execution(1).pid == item.execution(0).pid, "another worker (pid %d) than the one that had it (pid %d) took it",
             item.execution(1).pid, item.execution(0).pid);
    }
};

constexpr Check kAll[] = {
    check_of<SaysWhetherPending>(),
    check_of<PendingIsClearedFirst>(),
    check_of<NotOnTwoCpus>(),
};

}  // namespace queueing

constinit const Group kQueueingChecks = group_of("queueing", queueing::kAll);

}  // namespace wqlab
