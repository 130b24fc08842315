// SPDX-License-Identifier: GPL-2.0
// What a CPU that leaves or comes back does not change, and a node that has none left.
#include "../../glue/cpu.h"
#include "../../glue/time.h"
#include "../../glue/trace.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../scenes/cpu_away.hh"
#include "../scenes/events.hh"
#include "../scenes/look.hh"
#include "../scenes/worker_cpus.hh"

namespace wqlab {

namespace cpus_gone {

struct NodeWithoutCpus {
    static constexpr Promise kPromise = {
        265,
        "",
        "queue.node-without-cpus",
        "queue_work_node() of a node that has no CPU online asks for no CPU, as queue_work() does",
        "kernel/workqueue.c: queue_work_node(), select_numa_node_cpu()",
        WQLAB_CHECK_NUMA | WQLAB_CHECK_HOTPLUG,
        Fault::kTraceFieldsLie};

    static constexpr uint32_t kMost = 8;  // CPUs of a node; with more it takes long

    // Acts while all of these are away.
    template <typename Act>
    static void without(Trial& t, const uint32_t* cpus, uint32_t n, Act act)
    {
        if (n == 0)
            return act();
        const CpuAway away(t, cpus[0]);
        if (!t.decided())
            without(t, cpus + 1, n - 1, act);
    }

    static void judge(Trial& t, uint32_t node)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND});
        TestItem& item = t.item("the item");
        Events events(t);
        if (t.decided())
            return;
        events.watch(item);
        item.queue_node(wq, static_cast<int>(node));
        AWAIT(t, item.ended() == 1, "an item for a node without CPUs to run");
        events.stop();
        const Events::Event* queued = events.find(0, WQLAB_TRACE_QUEUE);
        WANT(t, queued && queued->req_cpu == wqlab_cpu_unbound(),
             "for node %u, which has no CPU online, CPU %u was asked for", node, queued ? queued->req_cpu : 0);
    }

    static void run(Trial& t)
    {
        const int here = wqlab_cpu_node(t.first_cpu());
        for (uint32_t node = 0; node < wqlab_nr_nodes(); node++) {
            if (static_cast<int>(node) == here || !wqlab_node_online(node))
                continue;
            uint32_t cpus[kMost], n = 0;
            for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++)
                if (wqlab_cpu_online(cpu) && wqlab_cpu_node(cpu) == static_cast<int>(node) && n++ < kMost)
                    cpus[n - 1] = cpu;
            if (n == 0 || n > kMost)
                continue;
            without(t, cpus, n, [&t, node] { judge(t, node); });
            return;
        }
        t.skip("there is one node, or the others have more than %u CPUs", kMost);
    }
};

struct WorkersKeepTheirCpus {
    static constexpr Promise kPromise = {
        266,
        "",
        "hotplug.workers-keep-their-cpus",
        "A CPU that comes back and that an unbound pool may not use changes nothing of where that pool's workers may "
        "run: one of theirs that is away at the time stays among them",
        "kernel/workqueue.c: restore_unbound_workers_cpumask()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kWorkerLies};

    static uint64_t cpus_seen(Trial& t, Queue& wq, uint32_t cpu)
    {
        TestItem& item = t.item("the item");
        item.queue_on(wq, cpu);
        return t.wait([&] { return item.ended() == 1; }, "an item to run") ? item.last().cpus : 0;
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        if (!allowed)
            return;
        const uint64_t others = allowed & (allowed - 1);
        SKIP_UNLESS(t, has_two(others), "unbound workqueues may use one or two CPUs");
        const uint32_t stays = first_of(allowed), goes = first_of(others), comes = second_of(others);
        const uint64_t both = uint64_t{1} << stays | uint64_t{1} << goes;
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "system", .cpus = both});
        const uint64_t before = cpus_seen(t, wq, stays);
        if (t.decided())
            return;
        WANT(t, before == both, "a worker for CPUs %llx may run on %llx", static_cast<unsigned long long>(both),
             static_cast<unsigned long long>(before));
        const CpuAway away(t, goes);
        if (t.decided())
            return;
        CpuAway other(t, comes);
        other.back();
        if (t.decided())
            return;
        const uint64_t after = cpus_seen(t, wq, stays);
        WANT(t, after == both || t.decided(),
             "CPU %u came back while CPU %u was away, and a worker for CPUs %llx may run on %llx", comes, goes,
             static_cast<unsigned long long>(both), static_cast<unsigned long long>(after));
    }
};

struct BackWithItsWorkers {
    static constexpr Promise kPromise = {
        404,
        "",
        "hotplug.back-with-its-workers",
        "A CPU that comes back has the workers that it had, and no more are made for it; its pool is the CPU's again",
        "kernel/workqueue.c: workqueue_prepare_cpu(), rebind_workers()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kSnapshotLies};

    static void run(Trial& t)
    {
        constexpr uint32_t kTimes = 4;  // others' items may need one more meanwhile, and not each time
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, cpu != t.first_cpu(), "there is one CPU");
        Queue& wq = t.queue({.flags = WQLAB_WQ_HIGHPRI});
        uint32_t more = 0;
        for (uint32_t i = 0; i < kTimes && more == i; i++) {
            const wqlab_snap_pool* pool = own_pool(t, wq, cpu);
            const int32_t before = pool ? pool->nr_workers : 0;
            CpuAway away(t, cpu);
            if (t.decided())
                return;
            away.back();
            pool = t.decided() ? nullptr : own_pool(t, wq, cpu);
            if (!pool)
                return;
            WANT(t, !(pool->flags & WQLAB_POOL_DISASSOCIATED), "CPU %u is back, and its pool is not of it", cpu);
            more += pool->nr_workers > before;
        }
        WANT(t, more < kTimes, "%u times CPU %u came back, and each time with more workers than it had", more, cpu);
    }
};

struct DelayedForWhoGoes {
    static constexpr Promise kPromise = {
        411,
        "",
        "delayed.for-a-cpu-that-goes",
        "An item that is delayed for a CPU is queued for that CPU when its time has come, also where the CPU has gone "
        "meanwhile",
        "kernel/workqueue.c: delayed_work_timer_fn()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kTraceFieldsLie};

    static constexpr uint64_t kLongest = 4;  // seconds

    static void run(Trial& t)
    {
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, cpu != t.first_cpu(), "there is one CPU");
        Queue& wq = t.queue();
        bool is_early = true;
        for (uint64_t seconds = 1; is_early && seconds <= kLongest; seconds *= 2) {
            TestItem& item = t.item("the delayed item", TestItem::Body::kReturn, WQLAB_WORK_DELAYED);
            Events events(t);
            if (t.decided())
                return;
            events.watch(item);
            item.queue_delayed(wq, seconds * wqlab_hz(), static_cast<int>(cpu));
            const CpuAway away(t, cpu);
            if (t.decided())
                return;
            // What is queued before it has gone says as much, and less.
            is_early = item.started();
            AWAIT(t, item.ended() == 1, "an item that was delayed for a CPU that has gone to run");
            events.stop();
            const Events::Event* queued = events.find(0, WQLAB_TRACE_QUEUE);
            WANT(t, queued && queued->req_cpu == cpu && queued->pool_cpu == static_cast<int32_t>(cpu),
                 "delayed for CPU %u, which has gone, it was queued for CPU %u, on the pool of CPU %d", cpu,
                 queued ? queued->req_cpu : 0, queued ? queued->pool_cpu : -1);
        }
        SKIP_UNLESS(t, !is_early, "it takes longer than %llu s for a CPU to go",
                    static_cast<unsigned long long>(kLongest));
    }
};

struct WorkersGetTheirCpusBack {
    static constexpr Promise kPromise = {
        390,
        "",
        "hotplug.workers-get-their-cpus-back",
        "Workers of an unbound pool all of whose CPUs have gone away may run on each of these again when it is back, "
        "and on no others, be they idle or in the middle of an item",
        "kernel/workqueue.c: restore_unbound_workers_cpumask(), workqueue_online_cpu()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kWorkerLies};

    // Of one that is idle, and of one that runs an item all the time.
    static void judge(Trial& t, Queue& wq, int32_t busy, uint64_t back, uint64_t gone)
    {
        const uint64_t idle_cpus = WorkersKeepTheirCpus::cpus_seen(t, wq, t.first_cpu());
        if (t.decided())
            return;
        const uint64_t busy_cpus = cpus_of_worker(t, busy);
        for (const uint64_t cpus : {idle_cpus, busy_cpus ? busy_cpus : back})
            WANT(t, (cpus & back) == back && !(cpus & ~(back | gone)),
                 "of the CPUs %llx of a pool %llx are back, and a worker of it may run on %llx",
                 static_cast<unsigned long long>(back | gone), static_cast<unsigned long long>(back),
                 static_cast<unsigned long long>(cpus));
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        if (!allowed)
            return;
        const uint64_t others = allowed & (allowed - 1);
        SKIP_UNLESS(t, has_two(others), "unbound workqueues may use one or two CPUs");
        const uint32_t first = first_of(others), second = second_of(others);
        const uint64_t one = uint64_t{1} << first, both = one | uint64_t{1} << second;
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "system", .cpus = both});
        TestItem& item = t.item("an item that sleeps", TestItem::Body::kGate);
        item.queue_on(wq, first);
        AWAIT(t, item.started() == 1, "an item to start");
        const int32_t busy = item.last().pid;
        CpuAway second_away(t, second);
        if (t.decided())
            return;
        CpuAway first_away(t, first);
        // Who is idle gets other CPUs of the scheduler.
        if (t.decided() || !WorkersKeepTheirCpus::cpus_seen(t, wq, t.first_cpu()))
            return;
        first_away.back();
        if (!t.decided())
            judge(t, wq, busy, one, both & ~one);
        second_away.back();
        if (!t.decided())
            judge(t, wq, busy, both, 0);
        item.open();
        AWAIT(t, item.ended() == 1, "the item to end");
    }
};

constexpr Check kAll[] = {
    check_of<NodeWithoutCpus>(),
    check_of<WorkersKeepTheirCpus>(WQLAB_LACK_SCOPES),
    check_of<WorkersGetTheirCpusBack>(WQLAB_LACK_SCOPES),
    check_of<BackWithItsWorkers>(),
    check_of<DelayedForWhoGoes>(),
};

}  // namespace cpus_gone

constinit const Group kCpusGoneChecks = group_of("lifecycle", cpus_gone::kAll);

}  // namespace wqlab
