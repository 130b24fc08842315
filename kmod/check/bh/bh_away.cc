// SPDX-License-Identifier: GPL-2.0
// Who runs the BH items of a CPU that went away, and what is true of that CPU when it is back.
#include "../../glue/context.h"
#include "../../glue/cpu.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../scenes/cpu_away.hh"
#include "../scenes/look.hh"
#include "kicks.hh"

namespace wqlab {

namespace bh_away {

struct DrainedByItsPriority {
    static constexpr Promise kPromise = {
        244,
        "",
        "bh.dead-cpu-is-drained-ten-at-a-time",
        "BH items of a CPU that went away are run by items of system_bh_wq, with WQ_HIGHPRI of system_bh_highpri_wq, "
        "that take ten at a time, and where none is left nothing is run for it; who is away is not kicked; what is "
        "queued for it when it is back runs there",
        "kernel/workqueue.c: workqueue_softirq_dead(), drain_dead_softirq_workfn(), kick_bh_pool()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kQueueOtherCpu};

    static constexpr uint32_t kAfterwards = 100, kAtATime = 10, kTries = 4;

    // Queues itself as long as its CPU is there, and a hundred times more. What is left of that then may still run on
    // the CPU that goes.
    struct Until {
        Queue* wq;
        uint32_t cpu, afterwards, elsewhere;
    };

    static void again(TestItem& item, void* argument)
    {
        Until& until = *static_cast<Until*>(argument);
        const bool away = !wqlab_cpu_online(until.cpu);
        until.elsewhere += away && wqlab_this_cpu() != until.cpu;
        if (!away || __atomic_add_fetch(&until.afterwards, 1, __ATOMIC_RELEASE) < kAfterwards)
            wqlab_queue_bare_on(until.wq->get(), item.address(), -1);
    }

    // fewest: items that were run by the workqueue of the other priority, of whose nothing was left, or of others.
    static void judge(Trial& t, uint32_t cpu, uint32_t flags, const char* drained_by, const char* not_by,
                      uint64_t& fewest)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_BH | flags});
        Queue &system = t.system_queue(drained_by), &other = t.system_queue(not_by);
        Until* const until = t.own<Until>();
        if (!until || t.decided())
            return;
        *until = {&wq, cpu, 0, 0};
        TestItem& item = t.item("an item that queues itself").on_run(again, until);
        kernel::queue_on(t, wq, item, static_cast<int>(cpu));
        AWAIT(t, item.started() > 10, "the item to run");
        const LogListener<WarningsOfKicks> kicks;
        const uint64_t before = stat_of(t, system, WQLAB_PWQ_STAT_STARTED),
                       other_before = stat_of(t, other, WQLAB_PWQ_STAT_STARTED);
        CpuAway away(t, cpu);
        if (t.decided())
            return;
        AWAIT(t, __atomic_load_n(&until->afterwards, __ATOMIC_ACQUIRE) >= kAfterwards && !item.running(),
              "the item to run on after its CPU went away");
        const uint64_t drains = stat_of(t, system, WQLAB_PWQ_STAT_STARTED) - before;
        const uint64_t others = stat_of(t, other, WQLAB_PWQ_STAT_STARTED) - other_before;
        fewest = others < fewest ? others : fewest;
        away.back();
        WANT(t, drains >= (until->elsewhere + kAtATime - 1) / kAtATime || t.decided(),
             "of %u executions elsewhere, ten at a time, items of %s ran %llu times", until->elsewhere, drained_by,
             static_cast<unsigned long long>(drains));
        WANT(t, kicks.heard().ours() == 0, "a CPU that is away was kicked");
        // From here and from there.
        for (const uint32_t from : {t.first_cpu(), cpu}) {
            TestItem& later = t.item("an item for the CPU that is back");
            t.on_cpu(from, [&later, &wq, cpu] { later.queue_on(wq, cpu); });
            AWAIT(t, later.ended() == 1, "an item to run on the CPU that is back");
            WANT(t, later.last().cpu == cpu && later.last().softirq, "queued for CPU %u it ran on CPU %u, in %s", cpu,
                 later.last().cpu, later.last().softirq ? "a softirq" : "no softirq");
        }
        t.note("%u executions elsewhere, by %llu items of %s", until->elsewhere,
               static_cast<unsigned long long>(drains), drained_by);
    }

    static void run(Trial& t)
    {
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, cpu != t.first_cpu(), "there is one CPU");
        uint64_t fewest = UINT64_MAX;
        for (uint32_t i = 0; i < kTries && (i < 2 || fewest) && !t.decided(); i++)
            if (i % 2)
                judge(t, cpu, WQLAB_WQ_HIGHPRI, "system_bh_highpri_wq", "system_bh_wq", fewest);
            else
                judge(t, cpu, 0, "system_bh_wq", "system_bh_highpri_wq", fewest);
        // Others use them, too, but hardly each time.
        WANT(t, !fewest || t.decided(), "each time the workqueue of the other priority ran %llu items or more",
             static_cast<unsigned long long>(fewest));
    }
};

struct CancelledWhileDrained {
    static constexpr Promise kPromise = {
        359,
        "",
        "bh.cancelled-while-dead-cpu-is-drained",
        "What is left of a CPU's BH items when it has gone away can be cancelled while others run it: then nothing may "
        "be left to run, and the CPU can come back",
        "kernel/workqueue.c: drain_dead_softirq_workfn(), bh_worker(), try_to_grab_pending()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kCancelDoesNothing};

    // More than are taken at a time. Who drains then queues himself again, behind who cancels.
    static constexpr uint32_t kMost = 100, kCancelAt = 5;

    struct Scene {
        Queue* wq;
        uint32_t cpu, afterwards, elsewhere;
        TestItem *item, *canceler;
        bool is_cancelled;
        uint32_t started;  // when it was cancelled
    };

    static void again(TestItem& item, void* argument)
    {
        Scene& scene = *static_cast<Scene*>(argument);
        const bool away = !wqlab_cpu_online(scene.cpu);
        scene.afterwards += away;
        if (away && wqlab_this_cpu() != scene.cpu && ++scene.elsewhere == kCancelAt)
            wqlab_queue_bare_on(scene.wq->get(), scene.canceler->address(), -1);
        if (scene.afterwards < kMost)
            wqlab_queue_bare_on(scene.wq->get(), item.address(), -1);
    }

    static void cancel(TestItem&, void* argument)
    {
        Scene& scene = *static_cast<Scene*>(argument);
        scene.is_cancelled = scene.item->cancel();
        scene.started = scene.item->started();
    }

    // False: nothing was left of it, or too little.
    static bool judge(Trial& t, uint32_t cpu, uint32_t flags)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_BH | flags});
        Scene* const scene = t.own<Scene>();
        if (!scene || t.decided())
            return false;
        TestItem& item = t.item("an item that queues itself").on_run(again, scene);
        TestItem& canceler = t.item("the item that cancels it").on_run(cancel, scene);
        *scene = {&wq, cpu, 0, 0, &item, &canceler, false, 0};
        kernel::queue_on(t, wq, item, static_cast<int>(cpu));
        if (!t.wait([&] { return item.started() > 10; }, "the item to run"))
            return false;
        CpuAway away(t, cpu);
        if (t.decided())
            return false;
        const bool is_left = scene->elsewhere >= kCancelAt;
        if (is_left && t.wait([&] { return canceler.ended() == 1; }, "the item that cancels another to run") &&
            (!scene->is_cancelled || item.started() != scene->started))
            t.fail("%s by an item of BH it ran %u times more", scene->is_cancelled ? "cancelled" : "not cancelled",
                   item.started() - scene->started);
        away.back();
        TestItem& later = t.item("an item for the CPU that is back");
        later.queue_on(wq, cpu);
        t.wait([&] { return later.ended() == 1; }, "an item to run on the CPU that is back");
        return is_left;
    }

    static void run(Trial& t)
    {
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, cpu != t.first_cpu(), "there is one CPU");
        for (const uint32_t flags : {0u, uint32_t{WQLAB_WQ_HIGHPRI}}) {
            const bool is_judged = judge(t, cpu, flags);
            SKIP_UNLESS(t, is_judged || t.decided(), "the CPU left nothing to be run elsewhere");
        }
    }
};

constexpr Check kAll[] = {
    check_of<DrainedByItsPriority>(WQLAB_LACK_BH | WQLAB_LACK_COUNTERS),
    check_of<CancelledWhileDrained>(WQLAB_LACK_BH),
};

}  // namespace bh_away

constinit const Group kBhAwayChecks = group_of("bh", bh_away::kAll);

}  // namespace wqlab
