// SPDX-License-Identifier: GPL-2.0
// What is told of a workqueue's name, and how many items those of softirqs may have.
#include "../harness/kernel_log.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace name_and_limit {

struct LongNameIsTold {
    static constexpr Promise kPromise = {
        235,
        "",
        "alloc.long-name-is-told",
        "The first name that is too long is told in the log, as it was cut; one that just fits is not",
        "kernel/workqueue.c: __alloc_workqueue(), WQ_NAME_LEN",
        0,
        Fault::kLogIsSilent};

    static void run(Trial& t)
    {
        constexpr uint32_t kTries = 5, kRoom = 32;
        constexpr const char* kTold = "name exceeds WQ_NAME_LEN. Truncating to: wqlab-c235-01234567890123456789";
        SKIP_UNLESS(t, t.kernel().elements(Field::kWqName) == kRoom, "before 6.9 it was cut without a word");
        const LogListener<LinesWith> others("name exceeds WQ_NAME_LEN.");
        const KernelLog<LinesWith> log(t, kTold);
        const auto make = [&](const char* name) {
            // It is said once, unless it is forgotten.
            if (!hear_again(t))
                return;
            if (!t.decided())
                t.queue({.name = name});
        };
        make("wqlab-c235-01234567890123456789");
        WANT(t, log.count() == 0, "a name of 31 characters was told");
        // Another's may be the first.
        for (uint32_t i = 0; i < kTries && !log.count() && !t.decided(); i++)
            make("wqlab-c235-012345678901234567890");
        SKIP_UNLESS(t, log.count() || !others.attached() || !others.heard().ours() || t.has_fault(Fault::kLogIsSilent),
                    "others were the first each time");
        WANT(t, log.count() == 1, "a name of 32 characters was told %u times", log.count());
    }
};

struct BhIsUnlimited {
    static constexpr Promise kPromise = {261,
                                         "",
                                         "alloc.bh-is-unlimited",
                                         "A BH workqueue has no max_active: any number of its items may be in flight",
                                         "kernel/workqueue.c: __alloc_workqueue()",
                                         0,
                                         Fault::kSnapshotLies};

    static void run(Trial& t)
    {
        constexpr int32_t kMost = INT32_MAX;
        for (const uint32_t flags : {uint32_t{WQLAB_WQ_BH}, uint32_t{WQLAB_WQ_BH} | WQLAB_WQ_HIGHPRI}) {
            Queue& wq = t.queue({.flags = flags});
            const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
            const wqlab_snap_workqueue* row = now ? row_of(*now, wq) : nullptr;
            if (t.decided())
                return;
            WANT(t, row, "a workqueue is not listed");
            WANT(t, row->max_active == kMost, "max_active of one with flags %x is %d", flags, row->max_active);
        }
    }
};

constexpr Check kAll[] = {
    check_of<LongNameIsTold>(),
    check_of<BhIsUnlimited>(WQLAB_LACK_BH),
};

}  // namespace name_and_limit

constinit const Group kNameAndLimitChecks = group_of("allocation", name_and_limit::kAll);

}  // namespace wqlab
