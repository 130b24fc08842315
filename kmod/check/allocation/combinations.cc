// SPDX-License-Identifier: GPL-2.0
// Every combination of flags that alloc_workqueue() takes, and what each flag means in each.
#include "../../core/counter.hh"
#include "../../glue/context.h"
#include "../../glue/cpu.h"
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../scenes/look.hh"
#include "../scenes/threshold.hh"

namespace wqlab {

namespace combinations {

// The flags that may be combined at will, and BH and ordered ones apart. SYSFS and POWER_EFFICIENT say nothing of
// execution, and have checks of their own.
constexpr uint32_t kFree[] = {WQLAB_WQ_UNBOUND, WQLAB_WQ_FREEZABLE, WQLAB_WQ_MEM_RECLAIM, WQLAB_WQ_HIGHPRI,
                              WQLAB_WQ_CPU_INTENSIVE};
constexpr uint32_t kNrFree = sizeof(kFree) / sizeof(kFree[0]);

// "unbound|highpri"
struct FlagNames {
    char text[96] = {};

    explicit FlagNames(uint32_t flags)
    {
        constexpr const char* kNames[] = {"unbound", "freezable", "mem_reclaim", "highpri", "cpu_intensive"};
        Text list(text);
        if (flags & WQLAB_WQ_ORDERED)
            list.add("ordered");
        if (flags & WQLAB_WQ_BH)
            list.add("bh");
        for (uint32_t i = 0; i < kNrFree; i++)
            if (flags & kFree[i])
                list.add(text[0] ? "|" : "").add(kNames[i]);
        if (!text[0])
            list.add("no flags");
    }
};

// judge(flags) of each: 32 free ones, 16 ordered, and where there are BH workqueues 2 of them.
template <typename Judge>
void for_each_combination(Trial& t, bool has_bh, Judge judge)
{
    uint32_t n = 0;
    for (uint32_t bits = 0; bits < 1u << kNrFree && !t.decided(); bits++) {
        uint32_t flags = 0;
        for (uint32_t i = 0; i < kNrFree; i++)
            flags |= bits >> i & 1 ? kFree[i] : 0;
        judge(flags);
        n++;
        // Unbound by itself.
        if (!t.decided() && !(flags & WQLAB_WQ_UNBOUND)) {
            judge(flags | WQLAB_WQ_ORDERED);
            n++;
        }
    }
    for (const uint32_t high : {0u, uint32_t{WQLAB_WQ_HIGHPRI}})
        if (has_bh && !t.decided()) {
            judge(WQLAB_WQ_BH | high);
            n++;
        }
    t.note("%u combinations", n);
}

constexpr bool is_unbound(uint32_t flags) { return flags & (WQLAB_WQ_UNBOUND | WQLAB_WQ_ORDERED); }

struct EachRunsAsItsFlagsSay {
    static constexpr Promise kPromise = {
        145,
        "",
        "alloc.each-combination-runs-as-its-flags-say",
        "In every combination of flags, ordered or not: WQ_HIGHPRI means nice -20, WQ_UNBOUND an unbound worker, "
        "WQ_MEM_RECLAIM a rescuer, and each workqueue is listed with the flags that it was given",
        "Documentation/core-api/workqueue.rst: flags",
        0,
        Fault::kWorkerLies};

    static void judge_worker(Trial& t, const Execution& ran, uint32_t flags, uint32_t cpu, int mem_reclaim)
    {
        const FlagNames names(flags);
        WANT(t, ran.softirq == ((flags & WQLAB_WQ_BH) != 0), "%s: it ran in %s softirq", names.text,
             ran.softirq ? "a" : "no");
        WANT(t, is_unbound(flags) || ran.cpu == cpu, "%s: queued on CPU %u it ran on CPU %u", names.text, cpu, ran.cpu);
        // A machine that is slow to make workers lets the rescuer run it.
        if (flags & WQLAB_WQ_BH || (flags & WQLAB_WQ_MEM_RECLAIM && is_rescuer(ran.command)))
            return;
        const int nice = flags & WQLAB_WQ_HIGHPRI ? -20 : 0;
        WANT(t, ran.nice == nice, "%s: its worker has nice %d", names.text, ran.nice);
        const bool unbound = __builtin_memcmp(ran.command, "kworker/u", 9) == 0;
        WANT(t, unbound == is_unbound(flags), "%s: its worker is called %s", names.text, ran.command);
        WANT(t, mem_reclaim < 0 || mem_reclaim == ((flags & WQLAB_WQ_MEM_RECLAIM) != 0),
             "%s: current_is_workqueue_mem_reclaim() said %d", names.text, mem_reclaim);
    }

    static void judge_row(Trial& t, const Queue& wq, uint32_t flags)
    {
        const FlagNames names(flags);
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_RESCUERS);
        const wqlab_snap_workqueue* row = now ? row_of(*now, wq) : nullptr;
        if (t.decided())
            return;
        WANT(t, row, "%s: it is not among the machine's workqueues", names.text);
        uint32_t listed = flags;
        if (flags & WQLAB_WQ_ORDERED)
            listed |= WQLAB_WQ_UNBOUND;
        constexpr uint32_t kMask = WQLAB_WQ_BH | WQLAB_WQ_UNBOUND | WQLAB_WQ_FREEZABLE | WQLAB_WQ_MEM_RECLAIM |
                                   WQLAB_WQ_HIGHPRI | WQLAB_WQ_CPU_INTENSIVE | WQLAB_WQ_ORDERED;
        WANT(t, (row->flags & kMask) == listed, "%s: it is listed with the flags %x, not %x", names.text,
             row->flags & kMask, listed);
        WANT(t, (row->rescuer_pid > 0) == ((flags & WQLAB_WQ_MEM_RECLAIM) != 0), "%s: it has %s rescuer", names.text,
             row->rescuer_pid > 0 ? "a" : "no");
        WANT(t, !(flags & WQLAB_WQ_ORDERED) || row->max_active == 1, "%s: its max_active is %d", names.text,
             row->max_active);
    }

    static void run(Trial& t)
    {
        const uint32_t cpu = t.first_cpu();
        int* mem_reclaim = t.own<int>();
        if (!mem_reclaim)
            return;
        for_each_combination(t, !(wqlab_lacks() & WQLAB_LACK_BH), [&](uint32_t flags) {
            Queue& wq = t.queue({.flags = flags, .is_private = false});
            TestItem& item = t.item("the item")
                                 .on_run([](TestItem&,
                                            void* says) { *static_cast<int*>(says) = wqlab_current_is_mem_reclaim(); },
                                         mem_reclaim);
            item.queue_on(wq, cpu);
            AWAIT(t, item.ended() == 1, "an item to run");
            judge_worker(t, item.last(), flags, cpu, *mem_reclaim);
            if (!t.decided())
                judge_row(t, wq, flags);
            if (!t.decided())
                kernel::destroy(t, wq);
        });
    }
};

struct EachManagesConcurrency {
    static constexpr Promise kPromise = {
        146,
        "",
        "alloc.each-combination-holds-back-as-its-flags-say",
        "In every combination of flags: a running item holds back the next one of its pool unless it is unbound or "
        "WQ_CPU_INTENSIVE, and of an ordered workqueue always",
        "Documentation/core-api/workqueue.rst: flags",
        0,
        Fault::kQueueElsewhere};

    static constexpr uint32_t kTries = 20;

    // False: nothing can be told, because a machine that is slow to make workers had the rescuer run the item. That one
    // holds nothing back: it takes no part in the pool's concurrency.
    static bool judge(Trial& t, uint32_t flags, uint32_t cpu)
    {
        bool told = true;
        const auto act = [&] {
            const FlagNames names(flags);
            Queue& wq = t.queue({.flags = flags});
            TestItem& runner = t.item("the item that runs", TestItem::Body::kSpin);
            TestItem& next = t.item("the next item");
            // The fault must not reach this one.
            kernel::queue_on(t, wq, runner, static_cast<int>(cpu));
            AWAIT(t, runner.started() == 1, "the item to start");
            next.queue_on(wq, cpu);
            const bool holds = flags & WQLAB_WQ_ORDERED || !(flags & (WQLAB_WQ_UNBOUND | WQLAB_WQ_CPU_INTENSIVE));
            if (holds) {
                t.linger();
                told = flags & WQLAB_WQ_ORDERED || !is_rescuer(runner.last().command);
                WANT(t, !told || next.started() == 0, "%s: the next item started while one was running", names.text);
            } else {
                AWAIT(t, next.started() == 1, "the next item to start while one is running");
                WANT(t, runner.running(), "%s: the item that runs ended", names.text);
            }
            runner.open();
            AWAIT(t, next.ended() == 1 && runner.ended() == 1, "both to end");
            kernel::destroy(t, wq);
        };
        act();
        return told || t.decided();
    }

    static void run(Trial& t)
    {
        const Threshold off(t, 0);
        const uint32_t cpu = t.first_cpu();
        for_each_combination(t, false, [&](uint32_t flags) {
            for (uint32_t i = 0; i < kTries; i++)
                if (judge(t, flags, cpu))
                    return;
            t.skip("%s: the rescuer ran the item %u times", FlagNames(flags).text, kTries);
        });
    }
};

constexpr Check kAll[] = {
    check_of<EachRunsAsItsFlagsSay>(),
    check_of<EachManagesConcurrency>(),
};

}  // namespace combinations

constinit const Group kCombinationChecks = group_of("allocation", combinations::kAll);

}  // namespace wqlab
