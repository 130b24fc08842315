// SPDX-License-Identifier: GPL-2.0
// Which workqueues share pools, and what a workqueue counts.
#include "../../glue/cpu.h"
#include "../../glue/time.h"
#include "../../glue/workqueue.h"
#include "../scenes/look.hh"
#include "../scenes/spin_then_sleep.hh"
#include "../scenes/threshold.hh"
#include "../scenes/topology.hh"

namespace wqlab {

namespace pools {

constexpr int32_t kNoPool = -1;

// That items go to which are queued on this CPU.
inline int32_t pool_at(const Snapshot& now, const Queue& wq, uint32_t cpu)
{
    const wqlab_snap_pool* pool = pool_of_cpu(now, wq, cpu);
    return pool ? pool->id : kNoPool;
}

struct EqualOnesShare {
    static constexpr Promise kPromise = {172,
                                         "",
                                         "attrs.equal-ones-share-pools",
                                         "Unbound workqueues share a pool if and only if nice, strictness, the CPUs of "
                                         "the pod and, unless it is strict, "
                                         "the cpumask are the same; per-CPU ones share that of their CPU and priority",
                                         "kernel/workqueue.c: wqattrs_equal(), wqattrs_hash(), get_unbound_pool()",
                                         0,
                                         Fault::kAttributesIgnored};

    enum Cpus : uint8_t { kAll, kOne, kTwo };
    struct Attributes {
        const char* scope;
        bool strict;
        Cpus cpus;
        int nice;
    };

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        const uint32_t cpu = first_of(allowed);
        const uint64_t one = uint64_t{1} << cpu;
        const uint64_t masks[] = {0, one, one | uint64_t{1} << second_of(allowed)};
        struct Pair {
            Attributes a, b;
            bool share;
            const char* what;
        };
        static constexpr Pair kPairs[] = {
            {{"system", false, kAll, 7}, {"system", false, kAll, 7}, true, "the same"},
            {{"system", false, kAll, 7}, {"system", false, kAll, 8}, false, "another nice value"},
            {{"system", false, kAll, 7}, {"system", true, kAll, 7}, false, "strict and not"},
            {{"system", false, kTwo, 7}, {"system", false, kOne, 7}, false, "another cpumask"},
            {{"cpu", false, kAll, 7}, {"cpu", false, kAll, 7}, true, "the same scope"},
            {{"cpu", false, kAll, 7}, {"system", false, kAll, 7}, false, "another pod"},
            {{"cpu", false, kTwo, 7}, {"cpu", false, kOne, 7}, false, "one pod and another cpumask"},
            {{"cpu", true, kTwo, 7}, {"cpu", true, kOne, 7}, true, "strict, one pod, and another cpumask"},
            {{"cpu", true, kTwo, 7}, {"cpu", true, kTwo, 7}, true, "strict and the same"},
        };
        for (const Pair& pair : kPairs) {
            const auto make = [&t, &masks](const Attributes& of) -> Queue& {
                Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .is_private = false});
                if (wq.apply(of.scope, of.strict, masks[of.cpus], of.nice))
                    t.skip("attributes can't be set");
                return wq;
            };
            Queue &a = make(pair.a), &b = make(pair.b);
            const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
            if (!now || t.decided())
                return;
            const int32_t of_a = pool_at(*now, a, cpu), of_b = pool_at(*now, b, cpu);
            WANT(t, of_a != kNoPool && of_b != kNoPool, "it can't be seen where items of CPU %u go", cpu);
            WANT(t, (of_a == of_b) == pair.share, "%s: two workqueues have pools %d and %d for CPU %u", pair.what, of_a,
                 of_b, cpu);
            kernel::destroy(t, a);
            kernel::destroy(t, b);
        }
        Queue* const bound[] = {&t.queue(), &t.queue({.max_active = 1}), &t.queue({.flags = WQLAB_WQ_CPU_INTENSIVE}),
                                &t.queue({.flags = WQLAB_WQ_HIGHPRI})};
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        if (!now)
            return;
        for (uint32_t at = 0; at < wqlab_nr_cpus(); at++) {
            if (!wqlab_cpu_online(at))
                continue;
            const int32_t first = pool_at(*now, *bound[0], at);
            WANT(t, first != kNoPool && first == pool_at(*now, *bound[1], at) && first == pool_at(*now, *bound[2], at),
                 "on CPU %u per-CPU workqueues have pools %d, %d and %d", at, first, pool_at(*now, *bound[1], at),
                 pool_at(*now, *bound[2], at));
            WANT(t, first != pool_at(*now, *bound[3], at), "on CPU %u a highpri one shares pool %d with others", at,
                 first);
        }
    }
};

struct WakeupsAndTimeAreCounted {
    static constexpr Promise kPromise = {
        173,
        "",
        "stats.wakeups-and-cpu-time",
        "A workqueue counts the CPU time of its items, in ticks, and how often the next item was started because one "
        "of its own went to sleep",
        "kernel/workqueue.c: wq_worker_tick(), wq_worker_sleeping(), PWQ_STAT_CPU_TIME, PWQ_STAT_CM_WAKEUP",
        0,
        Fault::kSnapshotLies};

    // A pool that has no idle worker just then starts the next item all the same, when it has made one, and counts
    // nothing.
    static constexpr uint32_t kRounds = 20;

    static void run(Trial& t)
    {
        const Threshold off(t, 0);
        const uint32_t cpu = t.first_cpu();
        SKIP_UNLESS(t, has_ticks(t, cpu), "CPU %u has no ticks: nohz_full", cpu);
        if (const uint64_t cpus = unbound_cpus(t) & ~tickless_cpus(t))
            judge_unmanaged(t, t.queue({.flags = WQLAB_WQ_UNBOUND, .cpus = cpus}), first_of(cpus), "an unbound");
        if (t.decided())
            return;
        judge_unmanaged(t, t.queue({.flags = WQLAB_WQ_CPU_INTENSIVE}), cpu, "a CPU intensive");
        if (t.decided())
            return;
        Queue& wq = t.queue();
        Queue& other = t.queue();
        uint64_t wakeups = 0;
        for (uint32_t i = 0; i < kRounds && !wakeups; i++) {
            judge(t, wq, other, cpu);
            if (t.decided())
                return;
            wakeups = stat_of(t, wq, WQLAB_PWQ_STAT_CM_WAKEUP);
        }
        const uint64_t others = stat_of(t, other, WQLAB_PWQ_STAT_CM_WAKEUP);
        WANT(t, wakeups >= 1, "that the next item was started when one slept is not counted, %u times", kRounds);
        WANT(t, wakeups <= UINT32_MAX, "it is counted %lld times", static_cast<long long>(wakeups));
        WANT(t, others == 0, "an item that did not sleep is counted as having started the next, %llu times",
             static_cast<unsigned long long>(others));
    }

    static uint64_t tick() { return (1'000'000 + wqlab_hz() / 2) / wqlab_hz(); }  // us

    // Of a workqueue whose items nobody counts as running, KIND of which is queued on a CPU.
    static void judge_unmanaged(Trial& t, Queue& wq, uint32_t cpu, const char* kind)
    {
        TestItem& item = t.item("an item that spins", TestItem::Body::kSpin);
        item.queue_on(wq, cpu);
        AWAIT(t, stat_of(t, wq, WQLAB_PWQ_STAT_CPU_TIME) >= 3 * tick(),
              "the CPU time of an item that spins, unbound or CPU intensive, to be counted");
        item.open();
        AWAIT(t, item.ended() == 1, "the item that spins to end");
        wq.flush();
        const uint64_t time = stat_of(t, wq, WQLAB_PWQ_STAT_CPU_TIME);
        WANT(t, time % tick() == 0, "of %s item %llu us are counted, in ticks of %llu", kind,
             static_cast<unsigned long long>(time), static_cast<unsigned long long>(tick()));
    }

    static void judge(Trial& t, Queue& wq, Queue& other, uint32_t cpu)
    {
        SpinThenSleep* const phases = t.own<SpinThenSleep>();
        if (!phases)
            return;
        phases->init(t);
        TestItem& item = t.item("the item").on_run(SpinThenSleep::run, phases);
        TestItem& next = t.item("the next item");
        const uint64_t before = stat_of(t, wq, WQLAB_PWQ_STAT_CPU_TIME);
        const uint64_t began = wqlab_now();
        item.queue_on(wq, cpu);
        AWAIT(t, item.started() == 1, "the item to start");
        next.queue_on(other, cpu);
        AWAIT(t, stat_of(t, wq, WQLAB_PWQ_STAT_CPU_TIME) - before >= 3 * tick(),
              "the CPU time of an item that spins to be counted");
        const uint64_t time = stat_of(t, wq, WQLAB_PWQ_STAT_CPU_TIME) - before;
        const uint64_t most = (wqlab_now() - began) / 1000 + 2 * tick();
        WANT(t, time % tick() == 0 && time <= most, "of at most %llu us %llu are counted, in ticks of %llu",
             static_cast<unsigned long long>(most), static_cast<unsigned long long>(time),
             static_cast<unsigned long long>(tick()));
        WANT(t, next.started() == 0, "the next item started while one was running");
        phases->sleep();
        AWAIT(t, next.ended() == 1, "the next item to run when the first one sleeps");
        phases->end();
        AWAIT(t, item.ended() == 1, "the item to end");
    }
};

struct CompletedWhenEnded {
    static constexpr Promise kPromise = {
        381,
        "",
        "stats.completed-when-ended",
        "An item is counted as started before its function runs, and as completed only when that has returned, one of "
        "a BH workqueue, too",
        "kernel/workqueue.c: process_one_work(), PWQ_STAT_STARTED, PWQ_STAT_COMPLETED",
        0,
        Fault::kSnapshotLies};

    static void judge(Trial& t, const Queue& wq, bool is_percpu, const char* when, uint64_t wanted)
    {
        const uint64_t started = stat_of(t, wq, WQLAB_PWQ_STAT_STARTED),
                       completed = stat_of(t, wq, WQLAB_PWQ_STAT_COMPLETED);
        // An unbound one's counts go when CPUs do, or its pools are others by somebody's word.
        SKIP_UNLESS(t, started || is_percpu, "what counted was replaced meanwhile");
        WANT(t, started == 1 && completed == wanted, "%s %llu are counted as started and %llu as completed", when,
             static_cast<unsigned long long>(started), static_cast<unsigned long long>(completed));
    }

    static void run(Trial& t)
    {
        for (const uint32_t flags : {uint32_t{0}, uint32_t{WQLAB_WQ_UNBOUND}}) {
            Queue& wq = t.queue({.flags = flags});
            TestItem& item = t.item("the item", TestItem::Body::kGate);
            item.queue(wq);
            AWAIT(t, item.started() == 1, "the item to start");
            judge(t, wq, !flags, "while one item runs", 0);
            item.open();
            AWAIT(t, item.ended() == 1, "the item to end");
            wq.flush();
            judge(t, wq, !flags, "when one item has ended", 1);
            if (t.decided())
                return;
        }
        if (wqlab_lacks() & WQLAB_LACK_BH)
            return;
        Queue& wq = t.queue({.flags = WQLAB_WQ_BH});
        TestItem& item = t.item("the BH item");
        item.queue(wq);
        AWAIT(t, item.ended() == 1, "the BH item to end");
        wq.flush();
        judge(t, wq, true, "when one BH item has ended", 1);
    }
};

struct NodeOfThePod {
    static constexpr Promise kPromise = {
        208,
        "",
        "pools.node-of-their-pod",
        "An unbound pool is of the node in which all CPUs of its pod are, and of none if there is no such node",
        "kernel/workqueue.c: get_unbound_pool()",
        0,
        Fault::kSnapshotLies};

    static constexpr int32_t kNoNode = -1;

    static int32_t node_of(const Snapshot& now, uint32_t mask)
    {
        int32_t node = kNoNode;
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++) {
            if (!(now.masks.words()[mask * now.masks.words_each() + cpu / 64] >> cpu % 64 & 1))
                continue;
            if (node != kNoNode && node != wqlab_cpu_node(cpu))
                return kNoNode;
            node = wqlab_cpu_node(cpu);
        }
        return node;
    }

    static void run(Trial& t)
    {
        uint32_t of_none = 0, of_one = 0;
        for (const char* scope : {"cpu", "smt", "cache", "numa", "system"}) {
            Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = scope});
            const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
            for (uint32_t cpu = 0; now && cpu < wqlab_nr_cpus() && !t.decided(); cpu++) {
                const wqlab_snap_pool* pool = wqlab_cpu_online(cpu) ? pool_of_cpu(*now, wq, cpu) : nullptr;
                if (!pool || pool->pod_cpus == WQLAB_NONE)
                    continue;
                const int32_t lie = t.has_fault(Fault::kSnapshotLies), node = node_of(*now, pool->pod_cpus);
                WANT(t, pool->node + lie == node,
                     "with the scope %s pool %d of CPU %u is of node %d, and its pod of node %d", scope, pool->id, cpu,
                     pool->node, node);
                (node == kNoNode ? of_none : of_one)++;
            }
        }
        WANT(t, of_one || of_none || t.decided(), "no pool's pod is seen");
        t.note("of one node: %u, of none: %u", of_one, of_none);
    }
};

struct CpusAreNotCounted {
    static constexpr Promise kPromise = {
        357,
        "",
        "pools.of-cpus-are-not-counted",
        "A CPU's pools are there for ever: however many per-CPU workqueues come and go, references to them are neither "
        "taken nor given back",
        "kernel/workqueue.c: alloc_and_link_pwqs(), pwq_release_workfn(), put_unbound_pool()",
        0,
        Fault::kSnapshotLies};

    // References to all of them together.
    static int64_t references(Trial& t)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS);
        int64_t sum = 0;
        for (uint32_t i = 0; now && i < now->pools.size(); i++)
            sum += now->pools[i].cpu >= 0 ? now->pools[i].refcnt : 0;
        return sum;
    }

    static void run(Trial& t)
    {
        const int64_t before = references(t) + (t.has_fault(Fault::kSnapshotLies) ? 1 : 0);
        const uint32_t bh = wqlab_lacks() & WQLAB_LACK_BH ? 0 : uint32_t{WQLAB_WQ_BH};
        for (const uint32_t flags : {0u, uint32_t{WQLAB_WQ_HIGHPRI}, bh}) {
            Queue& wq = t.queue({.flags = flags});
            const int64_t with = references(t);
            WANT(t, with == before || t.decided(),
                 "with one more workqueue the pools of CPUs have %lld references, "
                 "not %lld",
                 static_cast<long long>(with), static_cast<long long>(before));
            wq.destroy();
            // What it had of pools is given back by a thread of the kernel.
            t.linger();
            const int64_t after = references(t);
            WANT(t, after == before || t.decided(),
                 "with one workqueue less the pools of CPUs have %lld references, "
                 "not %lld",
                 static_cast<long long>(after), static_cast<long long>(before));
        }
    }
};

constexpr Check kAll[] = {
    check_of<EqualOnesShare>(WQLAB_LACK_SCOPES),
    check_of<WakeupsAndTimeAreCounted>(WQLAB_LACK_COUNTERS),
    check_of<CompletedWhenEnded>(WQLAB_LACK_COUNTERS),
    check_of<NodeOfThePod>(WQLAB_LACK_SCOPES),
    check_of<CpusAreNotCounted>(),
};

}  // namespace pools

constinit const Group kPoolChecks = group_of("attributes", pools::kAll);

}  // namespace wqlab
