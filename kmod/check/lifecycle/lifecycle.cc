// SPDX-License-Identifier: GPL-2.0
// System workqueues, hotplug, idle workers, the watchdog.
#include "../../glue/time.h"
#include "../../glue/workqueue.h"
#include "../harness/few_tries.hh"
#include "../harness/kernel_log.hh"
#include "../scenes/cpu_away.hh"
#include "../scenes/look.hh"
#include "../scenes/threshold.hh"

namespace wqlab {

namespace lifecycle {

struct SystemQueuesWork {
    static constexpr Promise kPromise = {
        123,
        "",
        "system.all-run-items",
        "Every exported system workqueue runs items, in the context and at the priority that its name says",
        "include/linux/workqueue.h: system-wide workqueues",
        0,
        Fault::kWorkerLies};

    static void run(Trial& t)
    {
        const uint32_t cpu = t.first_cpu();
        uint32_t n = 0;
        for (; const char* name = wqlab_wq_system_name(n); n++) {
            Queue& wq = t.system_queue(name);
            TestItem& item = t.item("the item");
            item.queue_on(wq, cpu);
            AWAIT(t, item.ended() == 1, "an item of a system workqueue to run");
            const uint32_t flags = wq.shape().flags;
            WANT(t, item.last().softirq == ((flags & WQLAB_WQ_BH) != 0), "%s: it ran in %s softirq", name,
                 item.last().softirq ? "a" : "no");
            if (!(flags & WQLAB_WQ_BH))
                WANT(t, item.last().nice == (flags & WQLAB_WQ_HIGHPRI ? -20 : 0), "%s: it ran at nice %d", name,
                     item.last().nice);
            if (!(flags & (WQLAB_WQ_UNBOUND | WQLAB_WQ_POWER_EFFICIENT)))
                WANT(t, item.last().cpu == cpu, "%s: queued on CPU %u it ran on CPU %u", name, cpu, item.last().cpu);
        }
        t.note("%u workqueues", n);
    }
};

// The bound pool of a CPU, by its flags: whether it has lost its CPU.
inline bool disassociated(Trial& t, uint32_t cpu)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS);
    for (uint32_t i = 0; now && i < now->pools.size(); i++) {
        const wqlab_snap_pool& pool = now->pools[i];
        if (pool.cpu == static_cast<int32_t>(cpu) && !(pool.flags & WQLAB_POOL_BH) && pool.nice == 0)
            return pool.flags & WQLAB_POOL_DISASSOCIATED;
    }
    return false;
}

struct OfflineGoesOn {
    static constexpr Promise kPromise = {
        124,
        "",
        "hotplug.offline-goes-on",
        "When a CPU goes away its pool is disassociated, and items queued on it before and after still run",
        "kernel/workqueue.c: CPU hotplug",
        WQLAB_CHECK_HOTPLUG,
        Fault::kSnapshotLies};

    static void run(Trial& t)
    {
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, cpu != t.first_cpu(), "there is one CPU");
        Queue& wq = t.queue({.max_active = 2});
        const Items gates = t.items(2, "an item that runs", TestItem::Body::kGate);
        const Items held = t.items(8, "an item held back");
        for (uint32_t i = 0; i < 2; i++)
            gates[i]->queue_on(wq, cpu);
        AWAIT(t, gates[0]->started() == 1 && gates[1]->started() == 1, "two items to start");
        for (uint32_t i = 0; i < 8; i++)
            held[i]->queue_on(wq, cpu);
        WANT(t, !disassociated(t, cpu), "the pool of an online CPU is disassociated");
        CpuAway away(t, cpu);
        if (t.decided())
            return;
        const bool left = disassociated(t, cpu);
        gates[0]->open();
        gates[1]->open();
        AWAIT(t, executions(gates, 2) + executions(held, 8) == 10, "all items of the CPU to run");
        away.back();
        WANT(t, left, "the pool of an offline CPU is not disassociated");
        WANT(t, !disassociated(t, cpu), "the pool is disassociated when the CPU is back");
    }
};

struct OnlineIsAsBefore {
    static constexpr Promise kPromise = {
        125,
        "",
        "hotplug.online-is-as-before",
        "When a CPU is back its items run on it again, one at a time, the next when one sleeps, and that workers which "
        "were elsewhere meanwhile are back is not counted as for unbound workqueues",
        "kernel/workqueue.c: rebind_workers(), kick_pool_pick()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kQueueElsewhere};

    // Of the pool that items queued on this CPU go to.
    static uint64_t pod_of(Trial& t, const Queue& wq, uint32_t cpu)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        const wqlab_snap_workqueue* row = now ? row_of(*now, wq) : nullptr;
        for (uint32_t i = 0; row && i < now->cpu_pwqs.size(); i++) {
            const wqlab_snap_cpu_pwq& at = now->cpu_pwqs[i];
            if (&now->workqueues[at.workqueue] != row || at.cpu != cpu)
                continue;
            for (const wqlab_snap_pool& pool : now->pools)
                if (pool.id == at.pool && pool.pod_cpus != WQLAB_NONE)
                    return now->masks.words()[pool.pod_cpus * now->masks.words_each()];
        }
        t.skip("it can't be seen where items of a CPU go");
        return 0;
    }

    // Whichever workqueue's item wakes a worker is the one it would be counted with.
    static uint64_t put_back(Trial& t)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        uint64_t sum = 0;
        for (uint32_t i = 0; now && i < now->pwqs.size(); i++)
            if (!(now->workqueues[now->pwqs[i].workqueue].flags & WQLAB_WQ_UNBOUND))
                sum += now->pwqs[i].stats[WQLAB_PWQ_STAT_REPATRIATED];
        return sum;
    }

    // As many idle workers as that are woken, whoever is the next.
    static void wake_some(Trial& t, Queue& wq, uint32_t cpu)
    {
        constexpr uint32_t kSome = 3;
        const Items items = t.items(kSome, "an item that sleeps", TestItem::Body::kGate);
        for (uint32_t i = 0; i < kSome; i++)
            items[i]->queue_on(wq, cpu);
        AWAIT(t, started(items, kSome) == kSome, "items that sleep to start");
        for (uint32_t i = 0; i < kSome; i++)
            items[i]->open();
        wq.flush();
    }

    static void run(Trial& t)
    {
        const Threshold off(t, 0);
        const uint64_t others = unbound_cpus(t) & ~(uint64_t{1} << t.first_cpu());
        SKIP_UNLESS(t, others, "unbound workqueues may use one CPU");
        const uint32_t cpu = first_of(others);
        Queue& wq = t.queue();
        // Runs all the while: it counts as running neither while the CPU is away, nor
        // afterwards, until its worker begins anew.
        TestItem& across = t.item("an item that spins all the while", TestItem::Body::kSpin);
        TestItem& waiting = t.item("an item behind it");
        TestItem& meanwhile = t.item("an item queued meanwhile");
        Queue* const podded = wqlab_lacks() & WQLAB_LACK_SCOPES ? nullptr
                                                                : &t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "cpu"});
        // Of an unbound workqueue that has this CPU only, one worker must flee, and
        // an item keeps the pool.
        Queue& unbound = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "system", .cpus = uint64_t{1} << cpu});
        const Items held = t.items(2, "an unbound item", TestItem::Body::kGate);
        for (uint32_t i = 0; i < 2; i++)
            held[i]->queue(unbound);
        AWAIT(t, held[0]->started() == 1 && held[1]->started() == 1, "two unbound items to start");
        across.queue_on(wq, cpu);
        AWAIT(t, across.started() == 1, "the item that spins to start");
        waiting.queue_on(wq, cpu);
        t.linger();
        WANT(t, waiting.started() == 0, "an item started while another one was running");
        const bool is_counted = t.kernel().has(Field::kPwqStats) && !(wqlab_lacks() & WQLAB_LACK_SCOPES);
        const uint64_t before = is_counted ? put_back(t) : 0;
        CpuAway away(t, cpu);
        if (t.decided())
            return;
        const uint64_t without = podded ? pod_of(t, *podded, cpu) : UINT64_MAX;
        WANT(t, without & ~(uint64_t{1} << cpu),
             "with the scope cpu, unbound items of a CPU that is away go to CPUs %llx",
             static_cast<unsigned long long>(without));
        AWAIT(t, waiting.ended() == 1, "what waited behind it for their CPU to run when that is away");
        meanwhile.queue_on(wq, cpu);
        AWAIT(t, meanwhile.ended() == 1, "an item to run beside the one that spins while their CPU is away");
        held[0]->open();
        AWAIT(t, held[0]->ended() == 1, "an unbound item without a CPU to end");
        away.back();
        const uint64_t with = podded ? pod_of(t, *podded, cpu) : uint64_t{1} << cpu;
        WANT(t, with == uint64_t{1} << cpu,
             "with the scope cpu, unbound items of CPU %u, which is back, go to CPUs %llx", cpu,
             static_cast<unsigned long long>(with));
        across.open();
        AWAIT(t, across.ended() == 1, "the item that spins to end");
        TestItem& back = t.item("an unbound item");
        back.queue(unbound);
        AWAIT(t, back.ended() == 1, "an unbound item to run when the CPU is back");
        WANT(t, back.last().cpus == uint64_t{1} << cpu, "with the cpumask CPU %u an unbound worker may run on %llx",
             cpu, static_cast<unsigned long long>(back.last().cpus));
        TestItem& spinner = t.item("an item that spins", TestItem::Body::kSpin);
        TestItem& behind = t.item("the item behind it", TestItem::Body::kGate);
        TestItem& last = t.item("the last item");
        spinner.queue_on(wq, cpu);
        AWAIT(t, spinner.started() == 1, "the item to start");
        behind.queue_on(wq, cpu);
        for (uint32_t i = 0; i < 3; i++) {
            t.linger();
            WANT(t, behind.started() == 0, "an item started while another one was running");
        }
        spinner.open();
        AWAIT(t, behind.started() == 1, "the item behind it to start");
        last.queue_on(wq, cpu);
        AWAIT(t, last.ended() == 1, "the next item to run while one sleeps");
        WANT(t, spinner.last().cpu == cpu && behind.last().cpu == cpu && last.last().cpu == cpu,
             "items of CPU %u ran elsewhere", cpu);
        behind.open();
        AWAIT(t, behind.ended() == 1, "the item that sleeps to end");
        wake_some(t, wq, cpu);
        if (!t.decided() && is_counted) {
            // A workqueue that has gone takes its counts along.
            const uint64_t after = put_back(t);
            WANT(t, after <= before || t.decided(), "of workers of CPUs %llu are counted as put back",
                 static_cast<unsigned long long>(after - before));
        }
    }
};

struct NotManagedWhileAway {
    static constexpr Promise kPromise = {
        180,
        "",
        "hotplug.not-managed-while-away",
        "While a CPU is away its pool's items are not managed: any number runs at once; when it is back, one does",
        "kernel/workqueue.c: unbind_workers(), rebind_workers()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kQueueLoses};

    static void run(Trial& t)
    {
        constexpr uint32_t kItems = 4;
        const Threshold off(t, 0);
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, cpu != t.first_cpu(), "there is one CPU");
        Queue& wq = t.queue();
        const Items items = t.items(kItems, "an item that spins", TestItem::Body::kSpin);
        // Workers that were there before, which it is about.
        const Items sleepers = t.items(kItems, "an item that sleeps", TestItem::Body::kGate);
        for (uint32_t i = 0; i < kItems; i++)
            kernel::queue_on(t, wq, *sleepers[i], static_cast<int>(cpu));
        AWAIT(t, started(sleepers, kItems) == kItems, "workers to be made");
        for (uint32_t i = 0; i < kItems; i++)
            sleepers[i]->open();
        wq.flush();
        CpuAway away(t, cpu);
        if (t.decided())
            return;
        for (uint32_t i = 0; i < kItems; i++)
            items[i]->queue_on(wq, cpu);
        AWAIT(t, started(items, kItems) == kItems, "all items of a CPU that is away to run at once");
        for (uint32_t i = 0; i < kItems; i++)
            items[i]->open();
        AWAIT(t, executions(items, kItems) == kItems, "them to end");
        away.back();
        TestItem& runner = t.item("an item that runs", TestItem::Body::kSpin);
        TestItem& next = t.item("the next item");
        kernel::queue_on(t, wq, runner, static_cast<int>(cpu));
        AWAIT(t, runner.started() == 1, "an item to start when the CPU is back");
        next.queue_on(wq, cpu);
        t.linger();
        WANT(t, next.started() == 0, "when the CPU is back the next item started while one was running");
        runner.open();
        AWAIT(t, next.ended() == 1, "the next item to run");
        WANT(t, runner.last().cpu == cpu && next.last().cpu == cpu, "items of a CPU that is back ran elsewhere");
    }
};

struct StrictSurvivesHotplug {
    static constexpr Promise kPromise = {
        125,
        "b",
        "hotplug.strict-stays-strict",
        "When a CPU goes and comes back, workers of a strict affinity scope stay inside it",
        "Documentation/core-api/workqueue.rst: affinity_strict; kernel/workqueue.c: restore_unbound_workers_cpumask()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kAttributesIgnored,
        {"not mended: the CPU's return lets the workers of every strict pool run on all CPUs"}};

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        const uint32_t here = first_of(allowed), cpu = second_of(allowed);
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "cpu", .strict = true});
        const uint64_t scope = uint64_t{1} << here;
        TestItem& before = t.item("an item before");
        before.queue_on(wq, here);
        AWAIT(t, before.ended() == 1, "the item to run");
        WANT(t, before.last().cpus == scope, "the worker of CPU %u may run on %llx", here,
             static_cast<unsigned long long>(before.last().cpus));
        CpuAway away(t, cpu);
        if (t.decided())
            return;
        away.back();
        TestItem& after = t.item("an item after");
        after.queue_on(wq, here);
        AWAIT(t, after.ended() == 1, "the item to run");
        WANT(t, after.last().cpus == scope, "since CPU %u is back, the worker of CPU %u may run on %llx", cpu, here,
             static_cast<unsigned long long>(after.last().cpus));
        TestItem& back = t.item("an item for the CPU that is back");
        back.queue_on(wq, cpu);
        AWAIT(t, back.ended() == 1, "an item for the CPU that is back to run");
        WANT(t, back.last().cpu == cpu, "queued for CPU %u, which is back, it ran on CPU %u", cpu, back.last().cpu);
    }
};

struct WatchdogBarks {
    static constexpr Promise kPromise = {127,
                                         "",
                                         "watchdog.reports-a-stall",
                                         "A pool that makes no progress for watchdog_thresh seconds is reported",
                                         "kernel/workqueue.c: wq_watchdog_timer_fn()",
                                         WQLAB_CHECK_NEGATIVE | WQLAB_CHECK_SLOW,
                                         Fault::kQueueLoses};

    static void run(Trial& t)
    {
        constexpr const char* kPath = "/sys/module/workqueue/parameters/watchdog_thresh";
        const int error = t.write(kPath, "1");
        SKIP_UNLESS(t, error == 0, "this kernel has no watchdog of workqueues");
        const Threshold off(t, 0);
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        Queue& wq = t.queue();
        const KernelLog<LinesWith> log(t, "workqueue lockup");
        TestItem& spinner = t.item("the item that spins", TestItem::Body::kSpin);
        TestItem& behind = t.item("the item behind it");
        spinner.queue_on(wq, cpu);
        AWAIT(t, spinner.started() == 1, "the item to start");
        behind.queue_on(wq, cpu);
        t.wait([&] { return log.count() > 0; }, "the watchdog to report a pool that makes no progress");
        // Before the log is let go of: that waits for RCU, which may wait for items of this CPU.
        spinner.open();
        tried_few(t, 1, "a pool that makes no progress");
    }
};

constexpr Check kAll[] = {
    check_of<SystemQueuesWork>(),
    check_of<OfflineGoesOn>(),
    check_of<OnlineIsAsBefore>(),
    check_of<NotManagedWhileAway>(),
    check_of<StrictSurvivesHotplug>(WQLAB_LACK_SCOPES),
    check_of<WatchdogBarks>(),
};

}  // namespace lifecycle

constinit const Group kLifecycleChecks = group_of("lifecycle", lifecycle::kAll);

}  // namespace wqlab
