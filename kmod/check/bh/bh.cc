// SPDX-License-Identifier: GPL-2.0
// BH workqueues.
#include "../../glue/context.h"
#include "../../glue/cpu.h"
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../scenes/cpu_away.hh"
#include "kicks.hh"

namespace wqlab {

namespace bh {

struct SoftirqOfQueueingCpu {
    static constexpr Promise kPromise = {103,
                                         "",
                                         "bh.softirq-of-queueing-cpu",
                                         "A BH item runs in a softirq of the CPU that queued it",
                                         "Documentation/core-api/workqueue.rst: flags",
                                         0,
                                         Fault::kQueueElsewhere};

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_BH});
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++) {
            if (!wqlab_cpu_online(cpu))
                continue;
            TestItem& item = t.item("the item");
            t.on_cpu(cpu, [&item, &wq] { item.queue(wq); });
            AWAIT(t, item.ended() == 1, "the item to run");
            WANT(t, item.last().softirq, "it did not run in a softirq");
            WANT(t, item.last().cpu == cpu, "queued on CPU %u it ran on CPU %u", cpu, item.last().cpu);
        }
    }
};

// From one CPU to all, before any of them has heard of it.
struct Burst {
    Queue* wq;
    Items items;
    uint64_t cpus;

    static void queue_all(void* argument)
    {
        Burst& burst = *static_cast<Burst*>(argument);
        for (uint32_t cpu = 0; cpu < 64; cpu++)
            if (burst.cpus >> cpu & 1)
                burst.items[cpu]->queue_on(*burst.wq, cpu);
    }
};

struct QueuedOnAnother {
    static constexpr Promise kPromise = {104,
                                         "",
                                         "bh.queued-on-another-cpu",
                                         "A BH item that queue_work_on() queues for another CPU runs there, also if "
                                         "each CPU gets one at once, and comes to no softirq here",
                                         "kernel/workqueue.c: kick_bh_pool()",
                                         0,
                                         Fault::kQueueOtherCpu};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.online_cpus() > 1, "there is one CPU");
        Queue& wq = t.queue({.flags = WQLAB_WQ_BH});
        Queue& high = t.queue({.flags = WQLAB_WQ_BH | WQLAB_WQ_HIGHPRI});
        for (Queue* queue : {&wq, &high}) {
            for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++) {
                if (!wqlab_cpu_online(cpu))
                    continue;
                TestItem& item = t.item("the item");
                item.queue_on(*queue, cpu);
                AWAIT(t, item.ended() == 1, "a BH item to run on another CPU");
                WANT(t, is_there(item, cpu), "queued for CPU %u it ran on CPU %u%s", cpu, item.last().cpu,
                     item.last().softirq ? "" : ", in no softirq");
            }
            to_all(t, *queue);
        }
        if (!t.decided() && !(wqlab_features() & WQLAB_FEATURE_PREEMPT_RT))
            no_softirq_here(t, wq);
    }

    struct Far {
        Queue* wq;
        TestItem* item;
        uint64_t softirqs;  // of who queues it
    };

    // What is raised here comes when softirqs are on again.
    static void queue_far(void* argument)
    {
        const Far& far = *static_cast<Far*>(argument);
        far.item->queue_on(*far.wq, wqlab_next_online_cpu(wqlab_this_cpu()));
    }

    static void count_softirqs(void* argument)
    {
        Far& far = *static_cast<Far*>(argument);
        const uint32_t cpu = wqlab_this_cpu();
        const uint64_t before = wqlab_softirqs_of_tasklets();
        wqlab_call_with_bh_off(queue_far, argument);
        far.softirqs = wqlab_softirqs_of_tasklets() - before;
        far.softirqs += cpu != wqlab_this_cpu();
    }

    // Others may have tasklets meanwhile: not each time.
    static void no_softirq_here(Trial& t, Queue& wq)
    {
        constexpr uint32_t kTries = 32;
        Far* const far = t.own<Far>();
        if (!far)
            return;
        *far = {&wq, &t.item("the item for another CPU"), 1};
        uint32_t tries = 0;
        for (; tries < kTries && far->softirqs && !t.decided(); tries++) {
            t.on_cpu(t.first_cpu(), [far] { count_softirqs(far); });
            AWAIT(t, far->item->ended() == tries + 1, "a BH item to run on another CPU");
        }
        WANT(t, !far->softirqs, "each of %u BH items for another CPU came with a softirq here", tries);
    }

    static bool is_there(const TestItem& item, uint32_t cpu) { return item.last().cpu == cpu && item.last().softirq; }

    static void to_all(Trial& t, Queue& wq)
    {
        Burst* const burst = t.own<Burst>();
        if (!burst || t.decided())
            return;
        *burst = {&wq, t.items(64, "an item of each CPU"), 0};
        for (uint32_t cpu = 0; cpu < 64; cpu++)
            burst->cpus |= uint64_t{wqlab_cpu_online(cpu)} << cpu;
        uint32_t rounds = 0;
        for (uint32_t from = 0; from < 64 && rounds < 8 && !t.decided(); from++) {
            if (!(burst->cpus >> from & 1))
                continue;
            rounds++;
            t.on_cpu(from, [burst] { wqlab_call_with_irqs_off(Burst::queue_all, burst); });
            for (uint32_t cpu = 0; cpu < 64; cpu++) {
                if (!(burst->cpus >> cpu & 1))
                    continue;
                const TestItem& item = *burst->items[cpu];
                AWAIT(t, item.ended() == rounds, "a BH item to run on each CPU");
                WANT(t, is_there(item, cpu), "queued from CPU %u for each CPU that of CPU %u ran on CPU %u", from, cpu,
                     item.last().cpu);
            }
        }
    }
};

struct Batch {
    Trial* trial;
    Queue* queues[2];
    Items items;
    uint32_t count;

    // On one CPU with softirqs off, so that none runs before all are queued;
    // every other one on the second queue, if there is one.
    static void queue_all(void* argument)
    {
        Batch& batch = *static_cast<Batch*>(argument);
        for (uint32_t i = 0; i < batch.count; i++)
            batch.items[i]->queue(*batch.queues[batch.queues[1] ? i % 2 : 0]);
    }
};

struct QueueingOrder {
    static constexpr Promise kPromise = {105,
                                         "",
                                         "bh.queueing-order",
                                         "BH items of a CPU run in the order in which they were queued",
                                         "Documentation/core-api/workqueue.rst: flags",
                                         0,
                                         Fault::kQueueReorders};

    static void run(Trial& t)
    {
        constexpr uint32_t kItems = 64;
        Queue& wq = t.queue({.flags = WQLAB_WQ_BH});
        Batch batch = {&t, {&wq, nullptr}, t.items(kItems, "an item"), kItems};
        wqlab_call_with_bh_off(Batch::queue_all, &batch);
        AWAIT(t, executions(batch.items, kItems) == kItems, "the items to run");
        for (uint32_t i = 1; i < kItems; i++)
            WANT(t, batch.items[i - 1]->last().end < batch.items[i]->last().start,
                 "item %u started before item %u had ended", i + 1, i);
    }
};

struct HighpriFirst {
    static constexpr Promise kPromise = {
        106,
        "",
        "bh.highpri-first",
        "BH items of WQ_HIGHPRI are served by the high softirq, before the others of that CPU",
        "include/linux/workqueue.h: system_bh_highpri_wq",
        0,
        Fault::kQueueElsewhere};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, !(wqlab_features() & WQLAB_FEATURE_PREEMPT_RT), "with PREEMPT_RT softirqs may be threads' work");
        constexpr uint32_t kItems = 16;
        Queue& normal = t.queue({.flags = WQLAB_WQ_BH});
        Queue& high = t.queue({.flags = WQLAB_WQ_BH | WQLAB_WQ_HIGHPRI});
        Batch batch = {&t, {&normal, &high}, t.items(kItems, "an item"), kItems};
        wqlab_call_with_bh_off(Batch::queue_all, &batch);
        AWAIT(t, executions(batch.items, kItems) == kItems, "the items to run");
        for (uint32_t i = 0; i < kItems; i++)
            WANT(t, batch.items[i]->last().softirq, "an item ran in no softirq");
        // The first: after 2 ms, of however many items, it is the others' turn.
        for (uint32_t low = 0; low < kItems; low += 2)
            WANT(t, batch.items[1]->last().start < batch.items[low]->last().start,
                 "a normal item ran before the first highpri one");
    }
};

struct WorksLikeOthers {
    static constexpr Promise kPromise = {
        107,
        "",
        "bh.delayed-flush-cancel-and-no-hogging",
        "BH items can be delayed, flushed and cancelled, and one that always queues itself can't hog its CPU",
        "kernel/workqueue.c: bh_worker()",
        0,
        Fault::kFlushReturnsEarly};

    static void run(Trial& t)
    {
        const uint32_t cpu = t.first_cpu();
        Queue& wq = t.queue({.flags = WQLAB_WQ_BH});
        TestItem& delayed = t.item("the delayed item", TestItem::Body::kReturn, WQLAB_WORK_DELAYED);
        const uint64_t then = wqlab_jiffies();
        delayed.queue_delayed(wq, 3);
        AWAIT(t, delayed.ended() == 1, "the delayed item to run");
        WANT(t, delayed.last().softirq && delayed.last().jiffies - then >= 3,
             "the delayed item ran early, or in no softirq");
        delayed.queue_delayed(wq, 100'000);
        WANT(t, delayed.cancel() && !delayed.timer_pending(), "the delayed item could not be cancelled");

        TestItem& flushed = t.item("the flushed item");
        for (uint32_t i = 1; i <= 200; i++) {
            flushed.queue_on(wq, t.other_cpu(cpu));
            flushed.flush();
            WANT(t, flushed.ended() == i, "flush_work() returned before the item had ended");
        }

        TestItem& endless = t.item("the item that always queues itself", TestItem::Body::kRequeue);
        endless.requeues(UINT32_MAX).queue_on(wq, cpu);
        AWAIT(t, endless.started() > 1000, "the item that always queues itself to run");
        // Tasks and timers of that CPU go on.
        Queue& plain = t.queue();
        for (uint32_t i = 0; i < 3; i++) {
            TestItem& timed = t.item("a delayed item of the CPU", TestItem::Body::kReturn, WQLAB_WORK_DELAYED);
            timed.queue_delayed(plain, 2, static_cast<int>(cpu));
            AWAIT(t, timed.ended() == 1, "timers and tasks of the CPU to go on");
        }
        t.tried(200, "flushing a BH item of another CPU");
        t.note("%u executions of the item that queues itself meanwhile", endless.started());
        endless.requeues(0);
    }
};

struct DeadCpuIsDrained {
    static constexpr Promise kPromise = {108,
                                         "",
                                         "bh.dead-cpu-is-drained",
                                         "BH items of a CPU that goes away run elsewhere",
                                         "kernel/workqueue.c: workqueue_softirq_dead()",
                                         WQLAB_CHECK_HOTPLUG,
                                         Fault::kQueueLoses};

    static constexpr uint32_t kMost = 100;

    // Queues itself as long as its CPU is there, and so often more. An item that never stopped would keep the CPU from
    // going: the drain waits until the pool is empty.
    struct Until {
        Queue* wq;
        uint32_t cpu, afterwards;
    };

    static void again(TestItem& item, void* argument)
    {
        Until& until = *static_cast<Until*>(argument);
        if (wqlab_cpu_online(until.cpu) || until.afterwards++ < kMost)
            wqlab_queue_bare_on(until.wq->get(), item.address(), -1);
    }

    static void run(Trial& t)
    {
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, cpu != t.first_cpu(), "there is one CPU");
        Queue& wq = t.queue({.flags = WQLAB_WQ_BH});
        Until* until = t.own<Until>();
        if (!until)
            return;
        *until = {&wq, cpu, 0};
        TestItem& item = t.item("the item that queues itself").on_run(again, until);
        // The fault loses every other call, beginning with the second.
        t.item("another").queue_on(wq, cpu);
        item.queue_on(wq, cpu);
        AWAIT(t, item.started() > 100, "the item to run");
        const LogListener<WarningsOfKicks> kicks;
        CpuAway away(t, cpu);
        if (t.decided())
            return;
        AWAIT(t, until->afterwards > kMost, "the item to run on after its CPU went away");
        away.back();
        WANT(t, kicks.heard().ours() == 0, "a CPU that is away was kicked");
    }
};

struct DeadCpuIsDrainedOfHighpri {
    static constexpr Promise kPromise = {
        205,
        "",
        "bh.dead-cpu-is-drained-of-each-priority",
        "BH items of both priorities of a CPU that goes away run elsewhere, in softirqs, "
        "however many wait, and those of WQ_HIGHPRI by system_bh_highpri_wq",
        "kernel/workqueue.c: workqueue_softirq_dead(), drain_dead_softirq_workfn()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kWorkerLies};

    // What has been begun of who drains highpri pools, and of others' items; WQLAB_NEVER: that can't be seen.
    static uint64_t begun_of_highpri(Trial& t)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        uint64_t begun = 0, rows = 0;
        for (uint32_t i = 0; now && i < now->workqueues.size(); i++) {
            const wqlab_snap_workqueue& row = now->workqueues[i];
            if (!same_text(string_of(*now, row.name), "events_bh_highpri"))
                continue;
            rows++;
            for (uint32_t k = 0; k < row.nr_pwqs; k++)
                begun += now->pwqs[row.first_pwq + k].stats[WQLAB_PWQ_STAT_STARTED];
        }
        return rows && t.kernel().has(Field::kPwqStats) ? begun : WQLAB_NEVER;
    }

    // With that many runs of each item left when its CPU has gone.
    static void take_away(Trial& t, uint32_t cpu, uint32_t runs)
    {
        constexpr uint32_t kFlags[] = {WQLAB_WQ_BH, WQLAB_WQ_BH | WQLAB_WQ_HIGHPRI};
        DeadCpuIsDrained::Until* until[2];
        TestItem* items[2];
        for (uint32_t i = 0; i < 2; i++) {
            Queue& wq = t.queue({.flags = kFlags[i]});
            until[i] = t.own<DeadCpuIsDrained::Until>();
            if (!until[i])
                return;
            *until[i] = {&wq, cpu, DeadCpuIsDrained::kMost - runs};
            items[i] = &t.item("an item that queues itself").on_run(DeadCpuIsDrained::again, until[i]);
            kernel::queue_on(t, wq, *items[i], static_cast<int>(cpu));
            AWAIT(t, items[i]->started() > 10, "an item to run");
        }
        const uint64_t begun = begun_of_highpri(t);
        const LogListener<WarningsOfKicks> kicks;
        CpuAway away(t, cpu);
        if (t.decided())
            return;
        AWAIT(t, until[0]->afterwards > DeadCpuIsDrained::kMost && until[1]->afterwards > DeadCpuIsDrained::kMost,
              "both to run on after their CPU went away");
        AWAIT(t, !items[0]->running() && !items[1]->running(), "both to end");
        for (const TestItem* item : items)
            WANT(t, item->last().softirq && (item->last().cpu != cpu || runs < DeadCpuIsDrained::kMost),
                 "an item of a CPU that is away ran on CPU %u in %s", item->last().cpu,
                 item->last().softirq ? "a softirq" : "no softirq");
        // A softirq of a CPU that is about to be dead may run few to their end.
        WANT(t, begun == WQLAB_NEVER || items[1]->last().cpu == cpu || begun_of_highpri(t) > begun || t.decided(),
             "events_bh_highpri began no item to drain a pool of WQ_HIGHPRI");
        away.back();
        WANT(t, kicks.heard().ours() == 0, "a CPU that is away was kicked");
    }

    static void run(Trial& t)
    {
        constexpr uint32_t kFew = 3;  // done in one turn: who drains them does not queue himself again
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, cpu != t.first_cpu(), "there is one CPU");
        for (const uint32_t runs : {DeadCpuIsDrained::kMost, kFew})
            if (!t.decided())
                take_away(t, cpu, runs);
    }
};

constexpr Check kAll[] = {
    check_of<SoftirqOfQueueingCpu>(WQLAB_LACK_BH),
    check_of<QueuedOnAnother>(WQLAB_LACK_BH),
    check_of<QueueingOrder>(WQLAB_LACK_BH),
    check_of<HighpriFirst>(WQLAB_LACK_BH),
    check_of<WorksLikeOthers>(WQLAB_LACK_BH),
    check_of<DeadCpuIsDrained>(WQLAB_LACK_BH),
    check_of<DeadCpuIsDrainedOfHighpri>(WQLAB_LACK_BH),
};

}  // namespace bh

constinit const Group kBhChecks = group_of("bh", bh::kAll);

}  // namespace wqlab
