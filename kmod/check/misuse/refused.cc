// SPDX-License-Identifier: GPL-2.0
// An item that is refused stays what it was.
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../harness/kernel_log.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace refused {

// Of one that is held, and was refused just now: whoever asks finds it running. allow() lets it be queued again.
template <typename Allow>
void runs_on(Trial& t, TestItem& item, Queue& wq, uint32_t elsewhere, Allow allow)
{
    const uint32_t busy = item.busy();
    WANT(t, busy == WQLAB_BUSY_RUNNING, "of a running item that was refused work_busy() says %u", busy);
    Actor& flusher = t.actor("flusher", Kthread::kAnyCpu, [&item] { item.flush(); });
    AWAIT(t, flusher.done() || sleeps_behind_barrier(t, flusher), "flush_work() of it to begin");
    WANT(t, !flusher.done(), "flush_work() of a running item that was refused returned");
    allow();
    WANT(t, item.queue_on(wq, elsewhere), "it could not be queued again");
    t.linger();
    WANT(t, item.started() == 1, "queued again while it runs, it was started beside itself");
    item.open();
    AWAIT(t, item.ended() == 2 && flusher.done(), "it to run again, and flush_work() to return");
    WANT(t, item.overlapped() == 1, "it ran twice at once");
    kernel::flush_workqueue(t, wq);
    WANT(t, item.ended() == 2, "it ran %u times", item.ended());
}

struct RunningStaysRunning {
    static constexpr Promise kPromise = {
        220,
        "",
        "misuse.refused-runs-on",
        "An item that runs, and is refused by another workqueue that drains, goes on to count as running: for "
        "work_busy(), for who flushes it, and for who queues it again where it runs",
        "kernel/workqueue.c: __queue_work()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kBusyLies};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, wqlab_since_7_1(), "before Linux 7.1 one that is refused stays pending");
        // Pool number 0 is that of the first CPU: what is forgotten of an item may look like it.
        const uint32_t here = t.first_cpu(), cpu = t.other_cpu(here);
        SKIP_UNLESS(t, cpu != here, "there is one CPU");
        Queue& own = t.queue();
        Queue& other = t.queue();
        TestItem& held = t.item("an item of the one that drains", TestItem::Body::kGate);
        TestItem& item = t.item("the item", TestItem::Body::kGate);
        held.queue(other);
        item.queue_on(own, cpu);
        AWAIT(t, held.started() == 1 && item.started() == 1, "the items to start");
        Actor& drainer = t.actor("drainer", Kthread::kAnyCpu, [&other, &t] { kernel::drain(t, other); });
        AWAIT(t, flushes(t, drainer, other), "drain_workqueue() to begin");
        wqlab_queue_bare_on(other.get(), item.address(), static_cast<int>(here));
        runs_on(t, item, own, here, [] {});
        held.open();
        AWAIT(t, drainer.done(), "drain_workqueue() to return");
    }
};

struct DisabledStaysRunning {
    static constexpr Promise kPromise = {
        380,
        "",
        "disable.refused-runs-on",
        "An item that runs, was disabled, and is refused for that by each queueing function, goes on to count as "
        "running: for work_busy(), for who flushes it, and, enabled again, for who queues it elsewhere",
        "kernel/workqueue.c: clear_pending_if_disabled()",
        0,
        Fault::kBusyLies};

    static void run(Trial& t)
    {
        const uint32_t here = t.first_cpu(), cpu = t.other_cpu(here);
        Queue& wq = t.queue();
        for (uint32_t way = 0; way < 3 && !t.decided(); way++) {
            TestItem& item = t.item("the item", TestItem::Body::kGate, WQLAB_WORK_DELAYED);
            item.queue_on(wq, cpu);
            AWAIT(t, item.started() == 1, "the item to start");
            item.disable();
            const bool taken = way == 0   ? item.queue_on(wq, here)
                               : way == 1 ? item.queue_delayed(wq, 1, static_cast<int>(here))
                                          : item.mod_delayed(wq, 1, static_cast<int>(here));
            WANT(t, !taken, "a disabled item was queued");
            runs_on(t, item, wq, here, [&item] { item.enable(); });
        }
    }
};

struct DisabledRcuWork {
    static constexpr Promise kPromise = {221,
                                         "",
                                         "rcu.disabled-is-refused",
                                         "queue_rcu_work() of one whose item was disabled returns false, queues "
                                         "nothing, and is reported; enabled, it is as ever",
                                         "kernel/workqueue.c: queue_rcu_work()",
                                         WQLAB_CHECK_NEGATIVE,
                                         Fault::kQueueLies};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        TestItem& item = t.item("the item", TestItem::Body::kReturn, WQLAB_WORK_RCU);
        WANT(t, !item.disable(), "disabling an idle item returned true");
        // Once, unless that is forgotten.
        const bool is_forgotten = warns_again(t);
        {
            const LogListener<LinesWith> log(" queue_rcu_work+");
            WANT(t, !item.queue_rcu(wq), "of a disabled item queue_rcu_work() returned true");
            WANT(t, log.heard().ours() || !is_forgotten || !log.attached(),
                 "nobody was told that queue_rcu_work() had a disabled item");
        }
        WANT(t, !item.pending(), "a disabled item is pending");
        WANT(t, item.enable(), "enabling it returned false");
        WANT(t, item.queue_rcu(wq), "of one that was enabled queue_rcu_work() returned false");
        AWAIT(t, item.ended() == 1, "it to run");
        t.linger();
        WANT(t, item.ended() == 1, "it ran %u times", item.ended());
    }
};

constexpr Check kAll[] = {
    check_of<RunningStaysRunning>(),
    check_of<DisabledStaysRunning>(WQLAB_LACK_DISABLE),
    check_of<DisabledRcuWork>(WQLAB_LACK_DISABLE),
};

}  // namespace refused

constinit const Group kRefusedChecks = group_of("misuse", refused::kAll);

}  // namespace wqlab
