// SPDX-License-Identifier: GPL-2.0
// Group L, continued: attributes that change while a CPU is away.
#include "cpu_away.hh"
#include "look.hh"

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

constexpr Check kAll[] = {
    check_of<ReachesWhoIsAway>(),
};

}  // namespace changes_away

constinit const Group kChangeAwayChecks = group_of("lifecycle", changes_away::kAll);

}  // namespace wqlab
