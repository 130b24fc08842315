// SPDX-License-Identifier: GPL-2.0
// Allocation.
#include "../../glue/inspect.h"
#include "../../glue/workqueue.h"
#include "../harness/kernel_log.hh"
#include "../scenes/look.hh"

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
        "A workqueue is per-CPU or unbound, whatever else it is: on 7.x neither warns and means per-CPU, both warn and "
        "mean unbound, and one of them does not warn",
        "kernel/workqueue.c: __alloc_workqueue()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kSnapshotLies};

    static constexpr const char *kNeither = "wqlab-c73 is using neither WQ_PERCPU or WQ_UNBOUND",
                                *kBoth = "wqlab-c73 uses both WQ_PERCPU and WQ_UNBOUND";
    // Behind our workqueue's name.
    static constexpr size_t kName = sizeof("wqlab-c73 ") - 1;

    // Who says so, of our workqueue and of any.
    struct Warning {
        explicit Warning(const char* words) : ours(words), any(words + kName) {}

        LogListener<LinesWith> ours, any;
    };

    struct Case {
        const char* name;
        uint32_t flags;
        const char* warning;  // nullptr: none
    };
    static constexpr Case kCases[] = {
        {"neither", 0, kNeither},
        {"neither, with WQ_HIGHPRI,", WQLAB_WQ_HIGHPRI, kNeither},
        {"neither, with WQ_FREEZABLE,", WQLAB_WQ_FREEZABLE, kNeither},
        {"both", WQLAB_WQ_PERCPU | WQLAB_WQ_UNBOUND, kBoth},
        {"both, with WQ_FREEZABLE,", WQLAB_WQ_PERCPU | WQLAB_WQ_UNBOUND | WQLAB_WQ_FREEZABLE, kBoth},
        {"WQ_PERCPU", WQLAB_WQ_PERCPU, nullptr},
        {"WQ_UNBOUND", WQLAB_WQ_UNBOUND, nullptr},
        {"WQ_UNBOUND, with WQ_FREEZABLE,", WQLAB_WQ_UNBOUND | WQLAB_WQ_FREEZABLE, nullptr},
    };

    static void make(Trial& t, const Case& of)
    {
        const bool wanted = of.flags & WQLAB_WQ_UNBOUND;
        workqueue_struct* wq = wqlab_wq_create_exactly("wqlab-c73", of.flags, 0);
        WANT(t, wq, "there was no workqueue");
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        bool unbound = t.has_fault(Fault::kSnapshotLies), percpu = !unbound;
        for (uint32_t i = 0; now && i < now->workqueues.size(); i++)
            if (now->workqueues[i].identity == wqlab_identity(reinterpret_cast<uintptr_t>(wq))) {
                unbound ^= (now->workqueues[i].flags & WQLAB_WQ_UNBOUND) != 0;
                percpu = now->workqueues[i].flags & WQLAB_WQ_PERCPU;
            }
        wqlab_wq_destroy(wq);
        WANT(t, t.decided() || unbound == wanted, "%s gave an %s one", of.name, unbound ? "unbound" : "per-CPU");
        WANT(t, t.decided() || percpu != wanted, "%s gave one with%s WQ_PERCPU", of.name, percpu ? "" : "out");
    }

    // Each warning is given once, of whichever is the first. Only where that has been, all that was said once is
    // forgotten; and then again another's may be the first.
    static void judge_warned(Trial& t, const Case& of, const Warning& log)
    {
        constexpr uint32_t kTries = 5;
        const uint32_t before = log.ours.heard().ours(), any_before = log.any.heard().ours();
        make(t, of);
        bool forgotten = true;
        for (uint32_t i = 0; i < kTries && forgotten && log.ours.attached() && log.ours.heard().ours() == before; i++) {
            forgotten = warns_again(t);
            if (forgotten && !t.decided())
                make(t, of);
        }
        const uint32_t warned = log.ours.heard().ours() - before;
        SKIP_UNLESS(t, warned || !log.any.attached() || log.any.heard().ours() == any_before,
                    "others were the first each time");
        WANT(t, warned == 1 || t.decided() || !log.ours.attached() || (!warned && !forgotten), "%s warned %u times",
             of.name, warned);
    }

    static void judge_silent(Trial& t, const Case& of, const Warning& neither, const Warning& both)
    {
        const auto heard = [&] { return neither.ours.heard().ours() + both.ours.heard().ours(); };
        const uint32_t before = heard();
        // If it can't be written, what warned before warns no more.
        warns_again(t);
        if (!t.decided())
            make(t, of);
        WANT(t, t.decided() || heard() == before, "%s was warned of", of.name);
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, wqlab_wq_flags_known() & WQLAB_WQ_PERCPU, "this kernel has no WQ_PERCPU");
        // 21c05ca88a54, of the same release as that flag.
        SKIP_UNLESS(t, t.kernel().constant(Field::kFlagDeprecated), "this kernel does not look at WQ_PERCPU");
        const Warning neither(kNeither), both(kBoth);
        for (const Case& of : kCases)
            if (!t.decided())
                of.warning ? judge_warned(t, of, of.warning == kBoth ? both : neither)
                           : judge_silent(t, of, neither, both);
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
