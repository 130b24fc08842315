// SPDX-License-Identifier: GPL-2.0
// What a freeze does not hold back.
#include "../../glue/workqueue.h"
#include "frozen.hh"

namespace wqlab {

namespace not_frozen {

struct Kind {
    uint32_t flags;
    const char* name;
    bool has_limit;  // that can be set
};

constexpr Kind kKinds[] = {
    {WQLAB_WQ_UNBOUND, "unbound", true},
    {WQLAB_WQ_ORDERED, "ordered", false},
    {WQLAB_WQ_HIGHPRI, "highpri", true},
    {WQLAB_WQ_MEM_RECLAIM, "with a rescuer", true},
    {WQLAB_WQ_CPU_INTENSIVE, "CPU-intensive", true},
    {WQLAB_WQ_SYSFS, "in sysfs", true},
    {WQLAB_WQ_POWER_EFFICIENT, "power-efficient", true},
    {WQLAB_WQ_UNBOUND | WQLAB_WQ_HIGHPRI | WQLAB_WQ_MEM_RECLAIM, "unbound highpri with a rescuer", true},
    {WQLAB_WQ_BH, "BH", false},
};

struct OthersGoOn {
    static constexpr Promise kPromise = {
        467,
        "",
        "freezer.others-go-on",
        "While workqueues are frozen the items of one that is not freezable run, whatever other flags it has: of one "
        "that was there before, also after its max_active was set, and of one made meanwhile",
        "kernel/workqueue.c: freeze_workqueues_begin(), wq_adjust_max_active()",
        WQLAB_CHECK_FREEZER,
        Fault::kQueueLoses};

    static void run_item(Trial& t, Queue& wq, const Kind& kind, const char* then)
    {
        TestItem& item = t.item("an item that is not freezable");
        if (t.decided())
            return;
        item.queue_on(wq, t.first_cpu());
        if (!t.wait([&] { return item.ended() == 1; }, "an item of a workqueue that is not freezable to run"))
            t.note("its workqueue, which %s, is %s", then, kind.name);
    }

    static void run_items(Trial& t, Queue& before, const Kind& kind)
    {
        run_item(t, before, kind, "was there before");
        if (kind.has_limit && !t.decided()) {
            before.set_max_active(2);
            run_item(t, before, kind, "was given another max_active");
        }
        if (!t.decided())
            run_item(t, t.queue({.flags = kind.flags, .name = "wqlab-c467m"}), kind, "was made meanwhile");
    }

    static void run(Trial& t)
    {
        // BH is the last.
        const uint32_t nr = sizeof(kKinds) / sizeof(kKinds[0]) - (wqlab_lacks() & WQLAB_LACK_BH ? 1 : 0);
        Queue* queues[sizeof(kKinds) / sizeof(kKinds[0])] = {};
        for (uint32_t k = 0; k < nr; k++)
            queues[k] = &t.queue({.flags = kKinds[k].flags});
        Queue& freezable = t.queue({.flags = WQLAB_WQ_FREEZABLE});
        TestItem& held = t.item("a freezable item");
        const Frozen frozen(t);
        if (t.decided())
            return;
        kernel::queue_on(t, freezable, held, static_cast<int>(t.first_cpu()));
        for (uint32_t k = 0; k < nr && !t.decided(); k++)
            run_items(t, *queues[k], kKinds[k]);
        SKIP_UNLESS(t, held.started() == 0, "workqueues were not frozen all the time");
    }
};

constexpr Check kAll[] = {
    check_of<OthersGoOn>(),
};

}  // namespace not_frozen

constinit const Group kNotFrozenChecks = group_of("reclaim", not_frozen::kAll);

}  // namespace wqlab
