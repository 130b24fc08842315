// SPDX-License-Identifier: GPL-2.0
// Which workqueue, CPU and time a delayed item goes to.
#include "../../glue/context.h"
#include "../../glue/cpu.h"
#include "../../glue/text.h"
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../harness/trial.hh"
#include "../scenes/delayed.hh"

namespace wqlab {

namespace delayed_target {

// Two workqueues that an execution tells apart, by its nice value.
struct Pair {
    Queue* from;
    Queue* to;
    static constexpr int kNiceOfTo = -20;
};

// What is done to the item with interrupts off on one CPU, so that nothing of it runs meanwhile.
struct Two {
    TestItem* item;
    Pair queues;
    int from_cpu, to_cpu;
    uint64_t before, after;  // delays, in jiffies
    bool queued, moved;

    static void queue_and_mod(void* argument)
    {
        Two& c = *static_cast<Two*>(argument);
        c.queued = c.item->queue_delayed(*c.queues.from, c.before, c.from_cpu);
        c.moved = c.item->mod_delayed(*c.queues.to, c.after, c.to_cpu);
    }

    static void queue_twice(void* argument)
    {
        Two& c = *static_cast<Two*>(argument);
        c.queued = c.item->queue_delayed(*c.queues.from, c.before, c.from_cpu);
        c.moved = c.item->queue_delayed(*c.queues.to, c.after, c.to_cpu);
    }
};

struct ModMovesTarget {
    static constexpr Promise kPromise = {130,
                                         "",
                                         "delayed.mod-moves-to-the-new-target",
                                         "mod_delayed_work_on() of a pending item moves it to the workqueue and the "
                                         "CPU that it names, wherever it waits",
                                         "kernel/workqueue.c: mod_delayed_work_on(), __queue_delayed_work()",
                                         0,
                                         Fault::kQueueOtherCpu};

    static void run(Trial& t)
    {
        const uint32_t a = t.first_cpu(), b = t.other_cpu(a);
        Queue& full = t.queue({.max_active = 1});
        Queue& normal = t.queue();
        Queue& high = t.queue({.flags = WQLAB_WQ_HIGHPRI});
        TestItem& front = t.item("the item in front", TestItem::Body::kGate);
        front.queue_on(full, a);
        AWAIT(t, front.started() == 1, "the item in front to start");
        struct {
            Queue* from;
            uint64_t before;
            const char* name;
        } const waits[] = {
            {&normal, an_hour(), "on its timer"}, {&normal, 0, "on a worklist"}, {&full, 0, "held back by max_active"}};
        for (const auto& [from, before, name] : waits) {
            for (const uint64_t after : {uint64_t{0}, uint64_t{2}}) {
                Two* calls = t.own<Two>();
                TestItem& item = t.item("the item", TestItem::Body::kReturn, kDelayed);
                if (!calls)
                    return;
                *calls = {&item, {from, &high}, static_cast<int>(a), static_cast<int>(b), before, after, false, false};
                t.on_cpu(a, [calls] { wqlab_call_with_irqs_off(Two::queue_and_mod, calls); });
                WANT(t, calls->queued && calls->moved, "of an item %s it returned %d", name, calls->moved);
                AWAIT(t, item.ended() == 1, "an item that was moved to another workqueue to run");
                WANT(t, item.last().nice == Pair::kNiceOfTo && item.last().cpu == b,
                     "an item %s was moved to CPU %u of a highpri workqueue, and ran on CPU %u at nice %d", name, b,
                     item.last().cpu, item.last().nice);
                high.flush();
                WANT(t, item.ended() == 1 && !item.pending(), "an item %s that was moved ran %u times", name,
                     item.ended());
            }
        }
        front.open();
    }
};

struct ModOfRunning {
    static constexpr Promise kPromise = {
        131,
        "",
        "delayed.mod-of-running",
        "mod_delayed_work_on() of a running item returns false and queues it again, behind the worker that has it",
        "kernel/workqueue.c: mod_delayed_work_on()",
        0,
        Fault::kDelayIgnored};

    static void run(Trial& t)
    {
        const uint32_t a = t.first_cpu(), b = t.other_cpu(a);
        Queue& wq = t.queue();
        TestItem& item = t.item("the item", TestItem::Body::kGate, kDelayed);
        item.queue_delayed(wq, 0, static_cast<int>(a));
        AWAIT(t, item.started() == 1, "the item to start");
        WANT(t, !item.mod_delayed(wq, an_hour(), static_cast<int>(b)), "of a running item it returned true");
        WANT(t, item.timer_pending(), "the timer of a running item was not armed");
        WANT(t, item.mod_delayed(wq, 0, static_cast<int>(b)), "of one that runs and waits it returned false");
        WANT(t, !item.timer_pending() && item.busy() == (WQLAB_BUSY_PENDING | WQLAB_BUSY_RUNNING),
             "with delay 0 a running item is not pending");
        t.linger();
        WANT(t, item.started() == 1, "it started again while it was running");
        item.open();
        AWAIT(t, item.ended() == 2, "the item to run again");
        WANT(t, item.execution(1).cpu == a && item.overlapped() == 1, "it ran again on CPU %u, not behind itself",
             item.execution(1).cpu);
        wq.flush();
        WANT(t, item.ended() == 2, "it ran %u times", item.ended());
    }
};

struct PendingKeepsTarget {
    static constexpr Promise kPromise = {
        132,
        "",
        "delayed.pending-keeps-target",
        "queue_delayed_work_on() of a pending item changes neither its workqueue, nor its CPU, nor its time",
        "kernel/workqueue.c: queue_delayed_work_on()",
        0,
        Fault::kQueueLies};

    static void run(Trial& t)
    {
        const uint32_t a = t.first_cpu(), b = t.other_cpu(a);
        Queue& normal = t.queue();
        Queue& high = t.queue({.flags = WQLAB_WQ_HIGHPRI});
        // On its timer, with longer and shorter and no time; and where there is no timer.
        for (const uint64_t before : {uint64_t{3}, uint64_t{0}}) {
            for (const uint64_t after : {uint64_t{0}, uint64_t{1}, an_hour()}) {
                Two* calls = t.own<Two>();
                TestItem& item = t.item("the item", TestItem::Body::kReturn, kDelayed);
                if (!calls)
                    return;
                *calls = {&item, {&high, &normal}, static_cast<int>(b), static_cast<int>(a), before, after, false,
                          true};
                // On the CPU that it is for: no timer of it fires meanwhile, no worker takes it.
                t.on_cpu(b, [calls] { wqlab_call_with_irqs_off(Two::queue_twice, calls); });
                WANT(t, calls->queued && !calls->moved, "it returned %d for an idle and %d for a pending item",
                     calls->queued, calls->moved);
                AWAIT(t, item.ended() == 1, "the item to run");
                WANT(t, item.last().nice == Pair::kNiceOfTo && item.last().cpu == b,
                     "queued for CPU %u of a highpri workqueue, then again for another, it ran on CPU %u at nice %d", b,
                     item.last().cpu, item.last().nice);
                high.flush();
                normal.flush();
                WANT(t, item.ended() == 1 && !item.timer_pending(), "it ran %u times, or its timer is armed",
                     item.ended());
            }
        }
    }
};

struct TimerOfTheNamedCpu {
    static constexpr Promise kPromise = {
        133,
        "",
        "delayed.timer-of-the-named-cpu",
        "The timer of queue_delayed_work_on() and mod_delayed_work_on() is that "
        "CPU's, where no CPU is kept free of timers; when they name none any CPU may take it over",
        "kernel/workqueue.c: __queue_delayed_work()",
        0,
        Fault::kQueueOtherCpu};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.online_cpus() > 1, "there is one CPU");
        // "\n" or "(null)\n" where there is none.
        const int error = t.read("/sys/devices/system/cpu/nohz_full");
        SKIP_UNLESS(t, error != 0 || t.text()[0] < '0' || t.text()[0] > '9', "some CPUs are kept free of timers");
        // They came with 6.9, as BH workqueues did.
        const bool has_global = !(wqlab_lacks() & WQLAB_LACK_BH);
        Queue& wq = t.queue();
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++) {
            if (!wqlab_cpu_online(cpu))
                continue;
            TestItem& item = t.item("the item", TestItem::Body::kReturn, kDelayed);
            item.queue_delayed(wq, an_hour(), static_cast<int>(cpu));
            WANT(t, wqlab_timer_cpu(item.address()) == cpu, "queued for CPU %u, its timer is armed on CPU %u", cpu,
                 wqlab_timer_cpu(item.address()));
            const uint32_t other = t.other_cpu(cpu);
            item.mod_delayed(wq, an_hour(), static_cast<int>(other));
            WANT(t, wqlab_timer_cpu(item.address()) == other, "moved to CPU %u, its timer is armed on CPU %u", other,
                 wqlab_timer_cpu(item.address()));
            item.mod_delayed(wq, an_hour());
            WANT(t, !has_global || !wqlab_timer_is_pinned(item.address()),
                 "moved from CPU %u to none, its timer stays with one CPU", other);
            item.cancel();
        }
    }
};

struct ExpiresWhenAsked {
    static constexpr Promise kPromise = {134,
                                         "",
                                         "delayed.expires-when-asked",
                                         "A delay is counted from the call, in jiffies, neither more nor less: of one "
                                         "jiffy, an hour, and months",
                                         "kernel/workqueue.c: __queue_delayed_work()",
                                         0,
                                         Fault::kDelayEarly};

    static void run(Trial& t)
    {
        Queue& wq = t.queue();
        const uint64_t delays[] = {1, 2, 63, 64, 1000, an_hour(), 24 * 90 * an_hour()};
        for (const uint64_t delay : delays) {
            for (const int cpu : {-1, static_cast<int>(t.first_cpu())}) {
                for (const bool mod : {false, true}) {
                    TestItem& item = t.item("the item", TestItem::Body::kReturn, kDelayed);
                    if (mod)
                        item.queue_delayed(wq, 3 * an_hour());
                    const uint64_t before = wqlab_jiffies();
                    mod ? item.mod_delayed(wq, delay, cpu) : item.queue_delayed(wq, delay, cpu);
                    const uint64_t after = wqlab_jiffies();
                    const uint64_t expires = item.timer_expires();
                    WANT(t, expires >= before + delay && expires <= after + delay,
                         "%s with a delay of %llu jiffies set its timer to %lld from then",
                         mod ? "mod_delayed_work()" : "queue_delayed_work()", static_cast<unsigned long long>(delay),
                         static_cast<long long>(expires - before));
                    item.cancel_sync();
                }
            }
        }
    }
};

constexpr Check kAll[] = {
    check_of<ModMovesTarget>(),     check_of<ModOfRunning>(),     check_of<PendingKeepsTarget>(),
    check_of<TimerOfTheNamedCpu>(), check_of<ExpiresWhenAsked>(),
};

}  // namespace delayed_target

constinit const Group kDelayedTargetChecks = group_of("delayed", delayed_target::kAll);

}  // namespace wqlab
