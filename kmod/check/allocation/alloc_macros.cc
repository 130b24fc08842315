// SPDX-License-Identifier: GPL-2.0
// What the macros beside alloc_workqueue() make of a name, flags and a limit.
#include "../../glue/inspect.h"
#include "../../glue/symbols.h"
#include "../../glue/text.h"
#include "../../glue/workqueue.h"
#include "../scenes/kept_memory.hh"
#include "../scenes/look.hh"
#include "../scenes/thread_log.hh"

namespace wqlab {

namespace alloc_macros {

// What a snapshot says of a workqueue that is not the trial's; it goes with the next snapshot.
struct Row {
    const wqlab_snap_workqueue* row = nullptr;  // nullptr: it is not listed, or the trial is decided
    const char* name = "";
};

inline Row row_for(Trial& t, const workqueue_struct* wq)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_RESCUERS);
    for (uint32_t i = 0; now && i < now->workqueues.size(); i++)
        if (now->workqueues[i].identity == wqlab_identity(reinterpret_cast<uintptr_t>(wq)))
            return {&now->workqueues[i], string_of(*now, now->workqueues[i].name)};
    return {};
}

struct NameIsNoFormat {
    static constexpr Promise kPromise = {
        287,
        "",
        "alloc.name-is-no-format",
        "A workqueue's name is letter by letter what was given, also if it looks like a format: in the machine's list, "
        "in sysfs, and of its rescuer",
        "kernel/workqueue.c: __alloc_workqueue(), init_rescuer(), workqueue_sysfs_register()",
        0,
        Fault::kStepLies};

    static void run(Trial& t)
    {
        // Of a rescuer's name the first 15 letters are kept, and ten are not the workqueue's.
        constexpr const char* kShort = "w%dx";
        Queue& shown = t.queue({.flags = WQLAB_WQ_SYSFS, .name = "wqlab-c287-%d%%"});
        Queue& saved = t.queue({.flags = WQLAB_WQ_MEM_RECLAIM, .name = kShort});
        for (const Queue* wq : {&shown, &saved}) {
            const Row listed = t.decided() ? Row() : row_for(t, wq->get());
            if (t.decided())
                return;
            WANT(t, listed.row && same_text(listed.name, wq->name()), "\"%s\" is listed as \"%s\"", wq->name(),
                 listed.name);
        }
        const int error = t.read("/sys/devices/virtual/workqueue/wqlab-c287-%d%%/max_active");
        WANT(t, error == 0, "what is called %s is not in sysfs by that name: error %d", shown.name(), error);
        const Row listed = row_for(t, saved.get());
        WANT(t, t.decided() || (listed.row && listed.row->rescuer_pid > 0), "it has no rescuer");
        if (t.decided())
            return;
        // Another thread has that number where processes are numbered apart.
        SKIP_UNLESS(t, t.ask(WQLAB_STEP_READ, "/proc/2/comm", "") == 0 && same_text(t.text(), "kthreadd\n"),
                    "/proc does not show the kernel's threads");
        char path[40];
        wqlab_format(path, sizeof(path), "/proc/%d/comm", listed.row->rescuer_pid);
        WANT(t, t.read(path) == 0, "%s can't be read", path);
        // The prefix came with 6.9. Behind the name there may be what it did last.
        const char* name = opens_with(t.text(), "kworker/R-") ? t.text() + 10 : t.text();
        WANT(t, opens_with(name, kShort) && (name[4] == '\n' || name[4] == '-' || name[4] == '+'),
             "the rescuer of %s is called %s", kShort, t.text());
    }
};

struct LegacyFreezable {
    static constexpr Promise kPromise = {
        288,
        "",
        "alloc.legacy-freezable",
        "create_freezable_workqueue() is unbound and freezable, with max_active 1 and a rescuer; each of the three "
        "macros of old is marked as such and takes its name letter by letter",
        "include/linux/workqueue.h: create_workqueue(), create_freezable_workqueue(), create_singlethread_workqueue()",
        0,
        Fault::kSnapshotLies};

    static constexpr uint32_t kMask = WQLAB_WQ_UNBOUND | WQLAB_WQ_FREEZABLE | WQLAB_WQ_MEM_RECLAIM | WQLAB_WQ_HIGHPRI |
                                      WQLAB_WQ_CPU_INTENSIVE | WQLAB_WQ_ORDERED | WQLAB_WQ_POWER_EFFICIENT |
                                      WQLAB_WQ_SYSFS | uint32_t{WQLAB_SNAP_WQ_LEGACY};

    static void judge(Trial& t, const char* macro, workqueue_struct* wq, const char* name, uint32_t flags)
    {
        const Row made = row_for(t, wq);
        if (t.decided())
            return;
        WANT(t, made.row, "%s: it is not among the machine's workqueues", macro);
        WANT(t, same_text(made.name, name), "%s: called %s it is listed as %s", macro, name, made.name);
        // Before 6.9 an unbound one with max_active 1 was ordered, too.
        const bool may_be_ordered = flags & WQLAB_WQ_UNBOUND && wqlab_lacks() & WQLAB_LACK_SYSTEM_MAX_ACTIVE;
        const uint32_t mask = kMask & ~(may_be_ordered ? uint32_t{WQLAB_WQ_ORDERED} : 0u);
        WANT(t, (made.row->flags & mask) == (flags & mask), "%s: its flags are %x, not %x", macro,
             made.row->flags & mask, flags & mask);
        WANT(t, made.row->max_active == 1, "%s: its max_active is %d", macro, made.row->max_active);
        WANT(t, made.row->rescuer_pid > 0, "%s: it has no rescuer", macro);
    }

    static void run(Trial& t)
    {
        constexpr const char* kName = "wqlab-c288-%d%%";
        constexpr uint32_t kAlways = uint32_t{WQLAB_WQ_MEM_RECLAIM} | WQLAB_SNAP_WQ_LEGACY;
        const struct {
            const char* macro;
            workqueue_struct* (*make)();
            uint32_t flags;
        } macros[] = {
            {"create_freezable_workqueue()", [] { return wqlab_wq_create_legacy_freezable(kName); },
             WQLAB_WQ_UNBOUND | WQLAB_WQ_FREEZABLE},
            {"create_workqueue()", [] { return wqlab_wq_create_legacy(kName, false); }, 0},
            {"create_singlethread_workqueue()", [] { return wqlab_wq_create_legacy(kName, true); },
             WQLAB_WQ_UNBOUND | WQLAB_WQ_ORDERED},
        };
        for (const auto& [macro, make, flags] : macros) {
            workqueue_struct* wq = make();
            SKIP_UNLESS(t, wq, "%s gave none", macro);
            judge(t, macro, wq, kName, kAlways | flags);
            wqlab_wq_destroy(wq);
            if (t.decided())
                return;
        }
    }
};

struct ManagedAreAsAsked {
    static constexpr Promise kPromise = {
        289,
        "",
        "alloc.managed-are-as-asked",
        "devm_alloc_workqueue() makes a workqueue of the name, flags and max_active that it is given, and "
        "devm_alloc_ordered_workqueue() an ordered one",
        "include/linux/workqueue.h: devm_alloc_workqueue(), devm_alloc_ordered_workqueue()",
        0,
        Fault::kSnapshotLies};

    static constexpr uint32_t kMask = WQLAB_WQ_BH | WQLAB_WQ_UNBOUND | WQLAB_WQ_FREEZABLE | WQLAB_WQ_MEM_RECLAIM |
                                      WQLAB_WQ_HIGHPRI | WQLAB_WQ_CPU_INTENSIVE | WQLAB_WQ_ORDERED;

    static void judge(Trial& t, const char* call, const workqueue_struct* wq, const char* name, uint32_t flags,
                      int32_t max_active)
    {
        SKIP_UNLESS(t, wq, "%s gave none", call);
        const Row made = row_for(t, wq);
        if (t.decided())
            return;
        WANT(t, made.row, "%s: it is not among the machine's workqueues", call);
        WANT(t, same_text(made.name, name), "%s: called %s it is listed as %s", call, name, made.name);
        WANT(t, (made.row->flags & kMask) == flags, "%s: its flags are %x, not %x", call, made.row->flags & kMask,
             flags);
        WANT(t, made.row->max_active == max_active, "%s: its max_active is %d, not %d", call, made.row->max_active,
             max_active);
    }

    static void run(Trial& t)
    {
        constexpr uint32_t kFlags = WQLAB_WQ_HIGHPRI | WQLAB_WQ_FREEZABLE;
        SKIP_UNLESS(t, wqlab_wq_is_manageable(), "this kernel has no devm_alloc_workqueue()");
        SKIP_UNLESS(t, wqlab_device_ends_at_once(), "with DEBUG_KOBJECT_RELEASE a device is released later");
        device* owner = wqlab_device_create("wqlab-c289");
        SKIP_UNLESS(t, owner, "no device can be made");
        judge(t, "devm_alloc_workqueue()", wqlab_wq_create_managed(owner, "wqlab-c289-%d", WQLAB_WQ_PERCPU | kFlags, 3),
              "wqlab-c289-%d", kFlags, 3);
        if (!t.decided())
            judge(t, "devm_alloc_ordered_workqueue()", wqlab_wq_create_managed_ordered(owner, "wqlab-c289o-%d", kFlags),
                  "wqlab-c289o-%d", kFlags | WQLAB_WQ_UNBOUND | WQLAB_WQ_ORDERED, 1);
        // They go with it.
        const Calls::Scope in(t.calls(), Call::kUnregisterDevice, "wqlab-c289");
        wqlab_device_destroy(owner);
    }
};

struct RefusedIsNotTheDevices {
    static constexpr Promise kPromise = {
        407,
        "",
        "alloc.managed-refused-leaves-nothing",
        "devm_alloc_workqueue() that makes no workqueue returns NULL and leaves nothing to the device that would end "
        "with it",
        "kernel/workqueue.c: devm_alloc_workqueue()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kResultLies};

    static bool is_of_devices(uintptr_t site)
    {
        char name[96];
        wqlab_symbol_name(site, name, sizeof(name));
        return find_in(name, "devm_add_action") || find_in(name, "devres");
    }

    static void run(Trial& t)
    {
        constexpr const char* kName = "wqlab-c407";
        SKIP_UNLESS(t, wqlab_wq_is_manageable(), "this kernel has no devm_alloc_workqueue()");
        SKIP_UNLESS(t, wqlab_device_ends_at_once(), "with DEBUG_KOBJECT_RELEASE a device is released later");
        leaks::Kept* const kept = t.own<leaks::Kept>();
        if (!kept)
            return;
        leaks::Watch watch(*kept);
        SKIP_UNLESS(t, watch.attached(), "allocations can't be watched here");
        t.queue({.flags = WQLAB_WQ_SYSFS, .name = kName});
        device* owner = t.decided() ? nullptr : wqlab_device_create(kName);
        SKIP_UNLESS(t, owner, "no device can be made");
        watch.track();
        // A second one of that name can't be shown in sysfs; a stand-in's is another one, and is made.
        const char* const name = t.has_fault(Fault::kResultLies) ? "wqlab-c407-2" : kName;
        const workqueue_struct* second = wqlab_wq_create_managed(owner, name, WQLAB_WQ_PERCPU | WQLAB_WQ_SYSFS, 0);
        watch.rest();
        uintptr_t site = 0;
        const uint32_t left = kept->count(is_of_devices, site);
        // Else the device would destroy what there is not: it stays.
        if (!left || second) {
            const Calls::Scope in(t.calls(), Call::kUnregisterDevice, kName);
            wqlab_device_destroy(owner);
        }
        WANT(t, !left, "a workqueue that was %s has left its device something", second ? "made" : "refused");
        WANT(t, !second, "there were two of one name");
    }
};

constexpr Check kAll[] = {
    check_of<NameIsNoFormat>(),
    check_of<LegacyFreezable>(),
    check_of<ManagedAreAsAsked>(),
    check_of<RefusedIsNotTheDevices>(),
};

}  // namespace alloc_macros

constinit const Group kAllocMacrosChecks = group_of("allocation", alloc_macros::kAll);

}  // namespace wqlab
