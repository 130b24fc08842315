// SPDX-License-Identifier: GPL-2.0
// What the kernel asserts of workers while a CPU goes and comes.
#include "../../glue/workqueue.h"
#include "../harness/kernel_log.hh"
#include "../scenes/cpu_away.hh"
#include "../scenes/look.hh"

namespace wqlab {

namespace nothing_asserted {

struct AwayWithoutWarning {
    static constexpr Promise kPromise = {
        452,
        "",
        "hotplug.without-warning",
        "When a CPU goes away and when it is back no assertion of the kernel's about that or its pools' workers is "
        "seen to fail, whether they sleep, are idle, or were made meanwhile",
        "kernel/workqueue.c: unbind_worker(), rebind_workers(), restore_unbound_workers_cpumask(), "
        "workqueue_offline_cpu(), process_one_work()",
        WQLAB_CHECK_HOTPLUG | WQLAB_CHECK_NEGATIVE,
        Fault::kResultLies};

    // Nobody's misuse is reported in these: they are about the kernel's own doing, whoever's workers it finds, and the
    // thread that does it is none of ours. The last two are named where the others are inlined.
    static constexpr const char* kFunctions[] = {" unbind_worker", " rebind_workers",
                                                 " restore_unbound_workers_cpumask", " workqueue_offline_cpu",
                                                 " workqueue_online_cpu"};

    class Assertions {
    public:
        void see(const LogLine& line)
        {
            if (!line.has("WARNING: "))
                return;
            for (const char* function : kFunctions)
                if (line.has(function)) {
                    __atomic_add_fetch(&count_, 1, __ATOMIC_RELAXED);
                    return;
                }
        }
        uint32_t ours() const { return __atomic_load_n(&count_, __ATOMIC_RELAXED); }

    private:
        uint32_t count_ = 0;
    };

    // So many items that sleep as it makes workers for: it keeps idle ones for minutes.
    static uint32_t more_than_idle(const wqlab_snap_pool& pool)
    {
        constexpr int32_t kMost = 64;  // after checks that leave the most
        const int32_t wanted = pool.nr_idle + 2;
        return static_cast<uint32_t>(wanted < kMost ? wanted : kMost);
    }

    static void run(Trial& t)
    {
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, cpu != t.first_cpu(), "there is one CPU");
        Queue& wq = t.queue();
        Queue& unbound = t.queue({.flags = WQLAB_WQ_UNBOUND});
        TestItem& tied = t.item("a per-CPU item that sleeps", TestItem::Body::kGate);
        TestItem& roaming = t.item("an unbound item that sleeps", TestItem::Body::kGate);
        tied.queue_on(wq, cpu);
        roaming.queue_on(unbound, cpu);
        AWAIT(t, tied.started() + roaming.started() == 2, "items that sleep to start");
        if (!hear_again(t))
            return;
        const LogListener<Assertions> log;
        const LogListener<Warnings> warnings;
        SKIP_UNLESS(t, log.attached() && warnings.attached(), "the kernel's log can't be watched here");
        CpuAway away(t, cpu);
        const wqlab_snap_pool* pool = t.decided() ? nullptr : own_pool(t, wq, cpu);
        const int32_t workers = pool ? pool->nr_workers : 0;
        const uint32_t n = pool ? more_than_idle(*pool) : 0;
        const Items meanwhile = t.items(n, "an item of a CPU that is away", TestItem::Body::kGate);
        if (t.decided())
            return;
        for (uint32_t i = 0; i < n; i++)
            meanwhile[i]->queue_on(wq, cpu);
        AWAIT(t, started(meanwhile, n) == n, "items of a CPU that is away to start");
        pool = own_pool(t, wq, cpu);
        const bool are_made = pool && pool->nr_workers > workers;
        away.back();
        for (uint32_t i = 0; i < n; i++)
            meanwhile[i]->open();
        tied.open();
        roaming.open();
        AWAIT(t, tied.ended() + roaming.ended() + executions(meanwhile, n) == 2 + n, "all items to end");
        const uint32_t reports = log.heard().ours() + (t.has_fault(Fault::kResultLies) ? 1 : 0);
        WANT(t, reports == 0 || t.decided(),
             "while CPU %u went and came there were %u reports of its workers, see the kernel's log", cpu, reports);
        // Beside that, what is asserted where items of ours run.
        const uint32_t ours = warnings.heard().ours();
        WANT(t, ours == 0 || t.decided(),
             "while CPU %u went and came the kernel's workqueue code warned %u times of what this check does, see the "
             "kernel's log",
             cpu, ours);
        if (!are_made)
            t.note("no worker was made while CPU %u was away", cpu);
    }
};

constexpr Check kAll[] = {
    check_of<AwayWithoutWarning>(),
};

}  // namespace nothing_asserted

constinit const Group kNothingAssertedChecks = group_of("lifecycle", nothing_asserted::kAll);

}  // namespace wqlab
