// SPDX-License-Identifier: GPL-2.0
// Where enable_and_queue_work() queues.
#include "../../glue/cpu.h"
#include "../scenes/look.hh"

namespace wqlab {

namespace enable_and_queue {

struct QueuesWhereTold {
    static constexpr Promise kPromise = {
        282,
        "",
        "enable.queues-where-told",
        "enable_and_queue_work() queues on the workqueue that it is given, as queue_work() does from there: of a "
        "per-CPU one on the caller's CPU, with the workqueue's nice value, or in softirq context",
        "include/linux/workqueue.h: enable_and_queue_work()",
        0,
        Fault::kWorkerLies};

    static constexpr struct {
        uint32_t flags;
        int32_t nice;
        const char* name;
    } kOf[] = {
        {0, 0, "per-CPU"},
        {WQLAB_WQ_HIGHPRI, -20, "highpri"},
        {WQLAB_WQ_UNBOUND, Queue::kPrivateNice, "unbound"},
        {WQLAB_WQ_BH, 0, "BH"},
        {WQLAB_WQ_BH | WQLAB_WQ_HIGHPRI, 0, "BH, highpri"},
    };

    static void run(Trial& t)
    {
        for (uint32_t from = 0; from < wqlab_nr_cpus() && from < 4; from++)
            for (const auto& of : kOf) {
                if (!wqlab_cpu_online(from))
                    continue;
                Queue& wq = t.queue({.flags = of.flags});
                TestItem& item = t.item("the item");
                item.disable();
                const bool queued = t.on_cpu(from, [&item, &wq] { return item.enable_and_queue(wq); });
                WANT(t, queued, "%s: it returned false for an item that was disabled once", of.name);
                AWAIT(t, item.ended() == 1, "the item to run");
                const Execution& ran = item.last();
                const bool is_bh = of.flags & WQLAB_WQ_BH;
                WANT(t, ran.softirq == is_bh, "%s: it ran in %s softirq", of.name, ran.softirq ? "a" : "no");
                WANT(t, is_bh || ran.nice == of.nice, "%s: it ran at nice %d, not %d", of.name, ran.nice, of.nice);
                WANT(t, of.flags & WQLAB_WQ_UNBOUND || ran.cpu == from, "%s: queued from CPU %u it ran on CPU %u",
                     of.name, from, ran.cpu);
            }
    }
};

constexpr Check kAll[] = {
    check_of<QueuesWhereTold>(WQLAB_LACK_DISABLE),
};

}  // namespace enable_and_queue

constinit const Group kEnableAndQueueChecks = group_of("cancel", enable_and_queue::kAll);

}  // namespace wqlab
