// SPDX-License-Identifier: GPL-2.0
// Group F: allocation.
#include "../glue/inspect.h"
#include "../glue/workqueue.h"
#include "kernel_log.hh"
#include "look.hh"

namespace wqlab {

namespace allocation {

inline const wqlab_snap_workqueue* look(Trial& t, const Queue& wq)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
    return now ? row_of(*now, wq) : nullptr;
}

struct NameIsCut {
    static constexpr Promise kPromise = {
        69,
        "",
        "alloc.name-is-cut",
        "A workqueue's name is made by printf and cut at 31 characters (before 6.9, 23)",
        "kernel/workqueue.c: __alloc_workqueue()",
        0,
        Fault::kSnapshotLies};

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.name = "wqlab-012345678901234567890123456789"});
        const wqlab_snap_workqueue* row = look(t, wq);
        if (t.decided())
            return;
        WANT(t, row, "it is not among the machine's workqueues");
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        row = row_of(*now, wq);
        const char* name = string_of(*now, t.has_fault(Fault::kSnapshotLies) ? 0 : row->name);
        char wanted[] = "wqlab-0123456789012345678901234";
        if (const uint32_t room = t.kernel().elements(Field::kWqName); room && room < sizeof(wanted))
            wanted[room - 1] = '\0';  // before 6.9, 24 with the NUL
        WANT(t, same_text(name, wanted), "a name of 36 characters became \"%s\"", name);
    }
};

struct DefaultMaxActive {
    static constexpr Promise kPromise = {70,
                                         "",
                                         "alloc.default-max-active",
                                         "max_active 0 is the default: 256, since 6.13 1024",
                                         "Documentation/core-api/workqueue.rst: max_active",
                                         0,
                                         Fault::kLimitIgnored};

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.max_active = t.has_fault(Fault::kLimitIgnored) ? 1u : 0u});
        const wqlab_snap_workqueue* row = look(t, wq);
        if (t.decided())
            return;
        const int32_t wanted = wqlab_wq_default_active();
        WANT(t, row && row->max_active == wanted, "it is %d, not %d", row ? row->max_active : 0, wanted);
    }
};

struct MaxActiveIsClamped {
    static constexpr Promise kPromise = {71,
                                         "",
                                         "alloc.max-active-is-clamped",
                                         "max_active is clamped to 1 and the kernel's limit: 512, since 6.13 2048",
                                         "kernel/workqueue.c: wq_clamp_max_active()",
                                         0,
                                         Fault::kLimitIgnored};

    static void run(Trial& t)
    {
        const int32_t limit = wqlab_wq_max_active();
        struct {
            uint32_t asked;
            int32_t wanted;
        } const cases[] = {
            {static_cast<uint32_t>(-1), 1}, {1'000'000, limit}, {static_cast<uint32_t>(limit), limit}, {1, 1}};
        for (const auto& [asked, wanted] : cases) {
            Queue& wq = t.queue({.max_active = asked});
            const wqlab_snap_workqueue* row = look(t, wq);
            if (t.decided())
                return;
            WANT(t, row && row->max_active == wanted, "%d became %d, not %d", static_cast<int>(asked),
                 row ? row->max_active : 0, wanted);
        }
    }
};

struct BhTakesFew {
    static constexpr Promise kPromise = {72,
                                         "",
                                         "alloc.bh-takes-few",
                                         "WQ_BH goes with WQ_HIGHPRI alone, since 6.18 with WQ_PERCPU, and with "
                                         "max_active 0: else there is no workqueue",
                                         "Documentation/core-api/workqueue.rst: flags",
                                         WQLAB_CHECK_NEGATIVE,
                                         Fault::kLimitIgnored};

    static void run(Trial& t)
    {
        const uint32_t percpu = wqlab_features() & WQLAB_FEATURE_BH_PERCPU ? uint32_t{WQLAB_WQ_PERCPU} : 0u;
        struct {
            uint32_t flags;
            int max_active;
            bool allowed;
        } const cases[] = {
            {WQLAB_WQ_BH | percpu, 0, true},
            {WQLAB_WQ_BH | WQLAB_WQ_HIGHPRI | percpu, 0, true},
            {WQLAB_WQ_BH, 1, false},
            {WQLAB_WQ_BH | WQLAB_WQ_UNBOUND, 0, false},
            {WQLAB_WQ_BH | WQLAB_WQ_MEM_RECLAIM, 0, false},
            {WQLAB_WQ_BH | WQLAB_WQ_FREEZABLE, 0, false},
            {WQLAB_WQ_BH | WQLAB_WQ_CPU_INTENSIVE, 0, false},
            {WQLAB_WQ_BH | WQLAB_WQ_SYSFS, 0, false},
        };
        for (const auto& [flags, max_active, allowed] : cases) {
            workqueue_struct* wq = wqlab_wq_create_exactly("wqlab-c72", flags, max_active);
            const bool made = (wq != nullptr) != t.has_fault(Fault::kLimitIgnored);
            if (wq)
                wqlab_wq_destroy(wq);
            WANT(t, made == allowed, "flags %x with max_active %d gave %s", flags, max_active,
                 made ? "a workqueue" : "none");
        }
    }
};

struct PercpuOrUnbound {
    static constexpr Promise kPromise = {
        73,
        "",
        "alloc.percpu-or-unbound",
        "A workqueue is per-CPU or unbound: on 7.x neither warns and means per-CPU, both warn and mean unbound",
        "kernel/workqueue.c: __alloc_workqueue()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kSnapshotLies};

    static void judge(Trial& t, bool both)
    {
        workqueue_struct* wq = wqlab_wq_create_exactly("wqlab-c73", both ? WQLAB_WQ_PERCPU | WQLAB_WQ_UNBOUND : 0, 0);
        WANT(t, wq, "there was no workqueue");
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        bool unbound = t.has_fault(Fault::kSnapshotLies), percpu = !unbound;
        for (uint32_t i = 0; now && i < now->workqueues.size(); i++)
            if (now->workqueues[i].identity == wqlab_identity(reinterpret_cast<uintptr_t>(wq))) {
                unbound ^= (now->workqueues[i].flags & WQLAB_WQ_UNBOUND) != 0;
                percpu = now->workqueues[i].flags & WQLAB_WQ_PERCPU;
            }
        wqlab_wq_destroy(wq);
        WANT(t, t.decided() || unbound == both, "%s gave an %s one", both ? "both" : "neither",
             unbound ? "unbound" : "per-CPU");
        WANT(t, t.decided() || percpu != both, "%s gave one with%s WQ_PERCPU", both ? "both" : "neither",
             percpu ? "" : "out");
    }

    static void run(Trial& t)
    {
        constexpr uint32_t kTries = 5;
        SKIP_UNLESS(t, wqlab_wq_flags_known() & WQLAB_WQ_PERCPU, "this kernel has no WQ_PERCPU");
        // 21c05ca88a54, of the same release as that flag.
        SKIP_UNLESS(t, t.kernel().constant(Field::kFlagDeprecated), "this kernel does not look at WQ_PERCPU");
        for (const bool both : {false, true}) {
            const LogListener<LinesWith> others(both ? "uses both WQ_PERCPU and WQ_UNBOUND"
                                                     : "is using neither WQ_PERCPU or WQ_UNBOUND");
            const LogListener<LinesWith> log(both ? "wqlab-c73 uses both WQ_PERCPU and WQ_UNBOUND"
                                                  : "wqlab-c73 is using neither WQ_PERCPU or WQ_UNBOUND");
            judge(t, both);
            // It is said once, of whichever is the first. Only where that has been, all that was said once is
            // forgotten; and then again another's may be the first.
            bool forgotten = true;
            for (uint32_t i = 0; i < kTries && forgotten && log.attached() && !log.heard().ours(); i++) {
                forgotten = t.write("/sys/kernel/debug/clear_warn_once", "1") == 0;
                if (forgotten && !t.decided())
                    judge(t, both);
            }
            const uint32_t warned = log.heard().ours();
            SKIP_UNLESS(t, warned || !others.attached() || !others.heard().ours(), "others were the first each time");
            WANT(t, warned == 1 || t.decided() || !log.attached() || (!warned && !forgotten), "%s warned %u times",
                 both ? "both" : "neither", warned);
        }
    }
};

struct LegacyMacros {
    static constexpr Promise kPromise = {86,
                                         "",
                                         "alloc.legacy-macros",
                                         "create_singlethread_workqueue() is ordered and create_workqueue() per-CPU "
                                         "with max_active 1, both with a rescuer",
                                         "include/linux/workqueue.h: create_workqueue()",
                                         0,
                                         Fault::kSnapshotLies};

    static void run(Trial& t)
    {
        workqueue_struct* single = wqlab_wq_create_legacy("wqlab-c86s", true);
        workqueue_struct* plain = wqlab_wq_create_legacy("wqlab-c86p", false);
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_RESCUERS);
        bool right[2] = {};
        for (uint32_t i = 0; now && i < now->workqueues.size(); i++) {
            const wqlab_snap_workqueue& row = now->workqueues[i];
            const bool saved = row.rescuer_pid > 0 && row.flags & WQLAB_WQ_MEM_RECLAIM && row.max_active == 1;
            if (row.identity == wqlab_identity(reinterpret_cast<uintptr_t>(single)))
                right[0] = saved && row.flags & WQLAB_WQ_ORDERED && row.flags & WQLAB_WQ_UNBOUND;
            if (row.identity == wqlab_identity(reinterpret_cast<uintptr_t>(plain)))
                right[1] = saved && !(row.flags & (WQLAB_WQ_UNBOUND | WQLAB_WQ_ORDERED));
        }
        if (single)
            wqlab_wq_destroy(single);
        if (plain)
            wqlab_wq_destroy(plain);
        right[0] = right[0] != t.has_fault(Fault::kSnapshotLies);
        WANT(t, t.decided() || (right[0] && right[1]), "the first is%s as said, the second is%s",
             right[0] ? "" : " not", right[1] ? "" : " not");
    }
};

constexpr Check kAll[] = {
    check_of<NameIsCut>(),          check_of<DefaultMaxActive>(),
    check_of<MaxActiveIsClamped>(), check_of<BhTakesFew>(WQLAB_LACK_BH),
    check_of<PercpuOrUnbound>(),    check_of<LegacyMacros>(),
};

}  // namespace allocation

constinit const Group kAllocationChecks = group_of("allocation", allocation::kAll);

}  // namespace wqlab
