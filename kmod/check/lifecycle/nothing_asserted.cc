// SPDX-License-Identifier: GPL-2.0
// What the kernel asserts of workers while a CPU goes and comes.
#include "../../glue/workqueue.h"
#include "../harness/kernel_log.hh"
#include "../scenes/cpu_away.hh"

namespace wqlab {

namespace nothing_asserted {

struct AwayWithoutWarning {
    static constexpr Promise kPromise = {
        452,
        "",
        "hotplug.without-warning",
        "When a CPU goes away and when it is back nothing of what the kernel asserts of its pools' workers is "
        "reported, "
        "whether they sleep, are idle, or were made meanwhile",
        "kernel/workqueue.c: unbind_worker(), rebind_workers(), restore_unbound_workers_cpumask(), "
        "workqueue_offline_cpu()",
        WQLAB_CHECK_HOTPLUG | WQLAB_CHECK_NEGATIVE,
        Fault::kResultLies};

    // Nobody's misuse is reported in these: they are about the kernel's own doing, whoever's workers it finds. The last
    // two are named where the others are inlined.
    class Assertions {
    public:
        void see(const LogLine& line)
        {
            if (line.has("WARNING: ") && (line.has(" unbind_worker") || line.has(" rebind_workers") ||
                                          line.has(" restore_unbound_workers_cpumask") ||
                                          line.has(" workqueue_offline_cpu") || line.has(" workqueue_online_cpu")))
                __atomic_add_fetch(&count_, 1, __ATOMIC_RELAXED);
        }
        uint32_t ours() const { return __atomic_load_n(&count_, __ATOMIC_RELAXED); }

    private:
        uint32_t count_ = 0;
    };

    static void run(Trial& t)
    {
        constexpr uint32_t kItems = 3;  // more than a pool keeps idle workers for: some are made
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, cpu != t.first_cpu(), "there is one CPU");
        Queue& wq = t.queue();
        Queue& unbound = t.queue({.flags = WQLAB_WQ_UNBOUND});
        const Items before = t.items(2, "an item that sleeps", TestItem::Body::kGate);
        const Items meanwhile = t.items(kItems, "an item of a CPU that is away", TestItem::Body::kGate);
        if (t.decided())
            return;
        before[0]->queue_on(wq, cpu);
        before[1]->queue_on(unbound, cpu);
        AWAIT(t, started(before, 2) == 2, "items that sleep to start");
        if (!hear_again(t))
            return;
        const LogListener<Assertions> log;
        SKIP_UNLESS(t, log.attached(), "the kernel's log can't be watched here");
        CpuAway away(t, cpu);
        if (t.decided())
            return;
        for (uint32_t i = 0; i < kItems; i++)
            meanwhile[i]->queue_on(wq, cpu);
        AWAIT(t, started(meanwhile, kItems) == kItems, "items of a CPU that is away to start");
        away.back();
        for (uint32_t i = 0; i < kItems; i++)
            meanwhile[i]->open();
        before[0]->open();
        before[1]->open();
        AWAIT(t, executions(before, 2) + executions(meanwhile, kItems) == 2 + kItems, "all items to end");
        const uint32_t reports = log.heard().ours() + (t.has_fault(Fault::kResultLies) ? 1 : 0);
        WANT(t, reports == 0 || t.decided(),
             "while CPU %u went and came there were %u reports of its workers, see the kernel's log", cpu, reports);
    }
};

constexpr Check kAll[] = {
    check_of<AwayWithoutWarning>(),
};

}  // namespace nothing_asserted

constinit const Group kNothingAssertedChecks = group_of("lifecycle", nothing_asserted::kAll);

}  // namespace wqlab
