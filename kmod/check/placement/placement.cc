// SPDX-License-Identifier: GPL-2.0
// On which CPU an item runs.
#include "../../glue/context.h"
#include "../../glue/cpu.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../scenes/cpu_away.hh"
#include "../scenes/look.hh"
#include "../scenes/unbound_cpus.hh"

namespace wqlab {

namespace placement {

struct RunsWhereItWasQueued {
    static constexpr Promise kPromise = {
        11,
        "",
        "queue.runs-on-submitting-cpu",
        "An item of a per-CPU workqueue runs on the CPU that it was queued from, whatever unbound ones may use",
        "include/linux/workqueue.h: queue_work()",
        0,
        Fault::kQueueOtherCpu};

    static void from_each_cpu(Trial& t, Queue& wq, const char* when)
    {
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus() && !t.decided(); cpu++) {
            if (!wqlab_cpu_online(cpu))
                continue;
            TestItem& item = t.item("the item");
            t.on_cpu(cpu, [&item, &wq] { item.queue(wq); });
            AWAIT(t, item.ended() == 1, "the item to run");
            WANT(t, item.last().cpu == cpu, "queued from CPU %u it ran on CPU %u%s", cpu, item.last().cpu, when);
        }
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.online_cpus() > 1, "there is one CPU");
        Queue& wq = t.queue();
        from_each_cpu(t, wq, "");
        UnboundCpus cpus(t);
        if (t.decided() || !cpus.restrict_to(t.first_cpu()))
            return;
        from_each_cpu(t, wq, " when unbound ones may use one CPU only");
    }
};

struct WhateverItsFlags {
    static constexpr Promise kPromise = {
        354,
        "",
        "queue.local-whatever-its-flags",
        "An item of a per-CPU workqueue of any flags (highpri, with a rescuer, BH, ...) runs on the CPU that it was "
        "queued from, whatever unbound ones may use",
        "kernel/workqueue.c: __queue_work()",
        0,
        Fault::kQueueOtherCpu};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.online_cpus() > 1, "there is one CPU");
        const uint32_t bh = wqlab_lacks() & WQLAB_LACK_BH ? 0 : uint32_t{WQLAB_WQ_BH};
        Queue* queues[5];
        uint32_t n = 0;
        for (const uint32_t flags : {uint32_t{WQLAB_WQ_HIGHPRI}, uint32_t{WQLAB_WQ_MEM_RECLAIM},
                                     uint32_t{WQLAB_WQ_FREEZABLE}, uint32_t{WQLAB_WQ_CPU_INTENSIVE}, bh})
            queues[n++] = &t.queue({.flags = flags});
        UnboundCpus cpus(t);
        if (t.decided() || !cpus.restrict_to(t.first_cpu()))
            return;
        for (Queue* wq : queues)
            RunsWhereItWasQueued::from_each_cpu(t, *wq, " when unbound ones may use one CPU only");
    }
};

struct RunsOnNamedCpu {
    static constexpr Promise kPromise = {
        12,
        "",
        "queue.runs-on-named-cpu",
        "queue_work_on() runs the item on the CPU that it names; unbound, with the strict scope cpu, too",
        "kernel/workqueue.c: queue_work_on()",
        0,
        Fault::kQueueOtherCpu};

    static constexpr uint32_t kMostCpus = 128;

    // From each CPU. is_bound(CPU): what is queued there runs there and nowhere else.
    template <typename IsBound>
    static void to_each_cpu(Trial& t, Queue& wq, IsBound is_bound)
    {
        const uint32_t n = wqlab_nr_cpus() < kMostCpus ? wqlab_nr_cpus() : kMostCpus;
        const Items items = t.items(n, "the item");
        if (t.decided())
            return;
        uint32_t rounds = 0;
        for (uint32_t from = 0; from < wqlab_nr_cpus(); from++) {
            if (!wqlab_cpu_online(from))
                continue;
            rounds++;
            t.on_cpu(from, [items, &wq, n] {
                for (uint32_t to = 0; to < n; to++)
                    if (wqlab_cpu_online(to))
                        items[to]->queue_on(wq, to);
            });
            for (uint32_t to = 0; to < n; to++) {
                if (!wqlab_cpu_online(to))
                    continue;
                AWAIT(t, items[to]->ended() == rounds, "the items to run");
                WANT(t, items[to]->last().cpu == to || !is_bound(to), "queued from CPU %u on CPU %u it ran on CPU %u",
                     from, to, items[to]->last().cpu);
            }
        }
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.online_cpus() > 1, "there is one CPU");
        const uint64_t allowed = unbound_cpus(t);
        if (!allowed)
            return;
        to_each_cpu(t, t.queue(), [](uint32_t) { return true; });
        // Before scopes, unbound items could not be held to one CPU.
        if (!(wqlab_lacks() & WQLAB_LACK_SCOPES))
            to_each_cpu(t, t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "cpu", .strict = true}),
                        [allowed](uint32_t cpu) { return cpu < 64 && allowed >> cpu & 1; });
    }
};

struct OfflineCpuLosesNothing {
    static constexpr Promise kPromise = {13,
                                         "",
                                         "queue.offline-cpu-loses-nothing",
                                         "An item queued on a CPU that has gone offline runs on some CPU",
                                         "kernel/workqueue.c: queue_work_on()",
                                         WQLAB_CHECK_HOTPLUG,
                                         Fault::kQueueLoses};

    static void run(Trial& t)
    {
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, cpu != t.first_cpu(), "there is one CPU");
        Queue& wq = t.queue();
        TestItem& before = t.item("an item queued before", TestItem::Body::kGate);
        const Items after = t.items(8, "an item queued after");
        before.queue_on(wq, cpu);
        AWAIT(t, before.started() == 1, "the item to start");
        CpuAway away(t, cpu);
        if (t.decided())
            return;
        for (uint32_t i = 0; i < 8; i++)
            after[i]->queue_on(wq, cpu);
        before.open();
        AWAIT(t, before.ended() + executions(after, 8) == 9, "items of an offline CPU to run");
        away.back();
    }
};

struct NodeIsRespected {
    static constexpr Promise kPromise = {
        14,
        "",
        "queue.node-is-respected",
        "queue_work_node() runs the item on a CPU of that node; without a node it is queue_work()",
        "kernel/workqueue.c: queue_work_node()",
        WQLAB_CHECK_NUMA,
        Fault::kQueueOtherCpu};

    static uint64_t cpus_of(uint32_t node)
    {
        uint64_t cpus = 0;
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus() && cpu < 64; cpu++)
            cpus |= uint64_t{wqlab_cpu_node(cpu) == static_cast<int>(node)} << cpu;
        return cpus;
    }

    static void run(Trial& t)
    {
        uint32_t nodes = 0;
        for (uint32_t node = 0; node < wqlab_nr_nodes(); node++)
            nodes += wqlab_node_online(node);
        SKIP_UNLESS(t, nodes > 1, "there is one node");
        const uint64_t allowed = unbound_cpus(t);
        if (!allowed)
            return;
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "numa", .strict = true});
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++) {
            for (uint32_t node = 0; node < wqlab_nr_nodes() && wqlab_cpu_online(cpu); node++) {
                if (!wqlab_node_online(node) || !(cpus_of(node) & allowed))
                    continue;
                TestItem& item = t.item("the item");
                t.on_cpu(cpu, [&item, &wq, node] { item.queue_node(wq, static_cast<int>(node)); });
                AWAIT(t, item.ended() == 1, "the item to run");
                WANT(t, wqlab_cpu_node(item.last().cpu) == static_cast<int>(node),
                     "for node %u it ran on CPU %u of node %d", node, item.last().cpu, wqlab_cpu_node(item.last().cpu));
            }
        }
        TestItem& anywhere = t.item("an item for no node");
        WANT(t, anywhere.queue_node(wq, -1), "without a node it returned false");
        AWAIT(t, anywhere.ended() == 1, "the item for no node to run");
    }
};

struct WorkOnCpuReturns {
    static constexpr Promise kPromise = {17,
                                         "",
                                         "queue.work-on-cpu",
                                         "work_on_cpu() calls the function on that CPU and returns what it returned",
                                         "kernel/workqueue.c: work_on_cpu_key()",
                                         0,
                                         Fault::kQueueOtherCpu};

    static long tell_cpu(void* argument) { return *static_cast<long*>(argument) + wqlab_this_cpu(); }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.online_cpus() > 1, "there is one CPU");
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++) {
            if (!wqlab_cpu_online(cpu))
                continue;
            long base = 1000;
            const uint32_t asked = t.has_fault(Fault::kQueueOtherCpu) ? t.other_cpu(cpu) : cpu;
            const long got = wqlab_work_on_cpu(asked, tell_cpu, &base);
            WANT(t, got == 1000 + static_cast<long>(cpu), "for CPU %u it returned %ld, not %ld", cpu, got,
                 1000 + static_cast<long>(cpu));
        }
    }
};

constexpr Check kAll[] = {
    check_of<RunsWhereItWasQueued>(), check_of<RunsOnNamedCpu>(),   check_of<OfflineCpuLosesNothing>(),
    check_of<NodeIsRespected>(),      check_of<WorkOnCpuReturns>(), check_of<WhateverItsFlags>(),
};

}  // namespace placement

constinit const Group kPlacementChecks = group_of("placement", placement::kAll);

}  // namespace wqlab
