// SPDX-License-Identifier: GPL-2.0
// Attributes that change while a CPU is away.
#include "../scenes/cpu_away.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace changes_away {

struct ReachesWhoIsAway {
    static constexpr Promise kPromise = {
        234,
        "",
        "hotplug.changes-reach-who-is-away",
        "Attributes that change while a CPU is away hold for what is queued for it at once, and when it is back; what "
        "they replaced goes, and all goes with a workqueue, also one that is destroyed meanwhile",
        "kernel/workqueue.c: apply_wqattrs_prepare(), apply_wqattrs_commit(), apply_wqattrs_cleanup(), "
        "destroy_workqueue()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kAttributesIgnored};

    // That hardly any other workqueue has.
    static constexpr int kBefore = 11, kThen = 12;

    static uint32_t pools(Trial& t, int nice)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS);
        uint32_t n = 0;
        for (uint32_t i = 0; now && i < now->pools.size(); i++)
            n += now->pools[i].cpu < 0 && now->pools[i].nice == nice;
        return n;
    }

    // Of an item that is queued for that CPU.
    static void expect(Trial& t, Queue& wq, uint32_t cpu, int nice, const char* when)
    {
        TestItem& item = t.item("an item of that CPU");
        item.queue_on(wq, cpu);
        AWAIT(t, item.ended() == 1, "an item of a CPU that was away to run");
        WANT(t, item.last().nice == nice, "%s an item of CPU %u ran at nice %d, not %d", when, cpu, item.last().nice,
             nice);
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        SKIP_UNLESS(t, !have_others_pools_of(t, kBefore) && !have_others_pools_of(t, kThen),
                    "somebody else has a workqueue of nice %d or %d", kBefore, kThen);
        if (t.decided())
            return;
        const uint32_t cpu = second_of(allowed);
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .is_private = false});
        Queue& gone = t.queue({.flags = WQLAB_WQ_UNBOUND, .is_private = false});
        int error = 0;
        for (Queue* one : {&wq, &gone}) {
            error = one->apply(smallest_scope(), false, 0, kBefore);
            WANT(t, error == 0, "attributes can't be set: error %d", -error);
        }
        expect(t, wq, cpu, kBefore, "before it left");
        {
            CpuAway away(t, cpu);
            if (t.decided())
                return;
            error = wq.apply(smallest_scope(), false, 0, kThen);
            WANT(t, error == 0, "while CPU %u is away attributes can't be set: error %d", cpu, -error);
            expect(t, wq, cpu, kThen, "after a change while it is away");
            gone.destroy();
        }
        if (t.decided())
            return;
        expect(t, wq, cpu, kThen, "when it was back");
        AWAIT(t, pools(t, kBefore) == 0 || t.decided(), "the pools of the attributes before to go");
        wq.destroy();
        AWAIT(t, pools(t, kThen) == 0 || t.decided(), "the pools of a workqueue that was destroyed to go");
    }
};

struct MadeWhileAway {
    static constexpr Promise kPromise = {
        361,
        "",
        "hotplug.made-while-a-cpu-is-away",
        "A workqueue that is made while a CPU is away takes items for it: they run elsewhere, and when the CPU is back "
        "those of a per-CPU workqueue run there",
        "kernel/workqueue.c: alloc_and_link_pwqs(), alloc_and_link_percpu_pwqs(), __queue_work()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kQueueOtherCpu};

    struct Kind {
        const char* name;
        uint32_t flags;
    };
    static constexpr Kind kKinds[] = {
        {"per-CPU", 0}, {"per-CPU, highpri", WQLAB_WQ_HIGHPRI}, {"unbound", WQLAB_WQ_UNBOUND}};
    static constexpr uint32_t kNr = sizeof(kKinds) / sizeof(kKinds[0]);

    // Of an item that is queued for that CPU: where it ran; UINT32_MAX: the trial is decided.
    static uint32_t run_one(Trial& t, Queue& wq, uint32_t cpu, const char* what)
    {
        TestItem& item = t.item("an item of that CPU");
        item.queue_on(wq, cpu);
        return t.wait([&] { return item.ended() == 1; }, what) ? item.last().cpu : UINT32_MAX;
    }

    static void run(Trial& t)
    {
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, cpu != t.first_cpu(), "there is one CPU");
        // Where that of one that was there before is seen, so is that of one that is new.
        Queue& old = t.queue();
        Queue* made[kNr] = {};
        CpuAway away(t, cpu);
        if (t.decided())
            return;
        for (uint32_t k = 0; k < kNr; k++)
            made[k] = &t.queue({.flags = kKinds[k].flags});
        // What it lacks is looked for before anything is queued there, which would be the machine's end.
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        if (t.decided())
            return;
        SKIP_UNLESS(t, pool_of_cpu(*now, old, cpu), "it can't be seen where items of a CPU that is away go");
        for (uint32_t k = 0; k < kNr; k++)
            WANT(t, pool_of_cpu(*now, *made[k], cpu), "made while CPU %u is away, a workqueue (%s) has no pool for it",
                 cpu, kKinds[k].name);
        for (uint32_t k = 0; k < kNr; k++) {
            const uint32_t ran = run_one(t, *made[k], cpu, "an item of a CPU that is away to run");
            WANT(t, ran != cpu || t.decided(), "it ran on CPU %u, which is away", cpu);
            if (t.decided())
                return;
        }
        away.back();
        for (uint32_t k = 0; k < kNr && !t.decided(); k++) {
            const uint32_t ran = run_one(t, *made[k], cpu, "an item of a CPU that is back to run");
            WANT(t, ran == cpu || kKinds[k].flags & WQLAB_WQ_UNBOUND || t.decided(),
                 "CPU %u is back, and an item for it of a workqueue (%s) that was made before ran on CPU %u", cpu,
                 kKinds[k].name, ran);
        }
    }
};

constexpr Check kAll[] = {
    check_of<ReachesWhoIsAway>(),
    check_of<MadeWhileAway>(),
};

}  // namespace changes_away

constinit const Group kChangeAwayChecks = group_of("lifecycle", changes_away::kAll);

}  // namespace wqlab
