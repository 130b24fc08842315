// SPDX-License-Identifier: GPL-2.0
// Which CPU is chosen for an unbound item, and which CPUs its workers get.
#include "../../glue/attributes.h"
#include "../../glue/context.h"
#include "../../glue/cpu.h"
#include "../harness/kernel_log.hh"
#include "../scenes/look.hh"
#include "../scenes/topology.hh"
#include "../scenes/unbound_cpus.hh"

namespace wqlab {

namespace selection {

struct PodsAreTheMachines {
    static constexpr Promise kPromise = {
        147,
        "",
        "scope.pods-are-the-machines",
        "The pods of a scope are what the machine had when it started: with the strict scope cpu, smt, numa or system "
        "the workers of a "
        "CPU's items may run on all CPUs that share that with it, and no others; those of one core share a cache",
        "kernel/workqueue.c: init_pod_type(), cpus_share_smt(), cpus_share_numa()",
        0,
        Fault::kAttributesIgnored};

    static bool has(const char* text, const char* word)
    {
        const size_t length = __builtin_strlen(word);
        for (; __builtin_strlen(text) >= length; text++)
            if (__builtin_memcmp(text, word, length) == 0)
                return true;
        return false;
    }

    // The pods are made once, of the CPUs that are online then, and what the machine says is of now: whether it can't
    // have changed. A CPU that was away is in a core, a node and a cache of its own for ever.
    static bool as_at_boot(Trial& t)
    {
        if (t.read("/sys/devices/system/cpu/possible"))
            return false;
        const uint64_t possible = parse_list(t.text());
        if (t.read("/sys/devices/system/cpu/online") || parse_list(t.text()) != possible)
            return false;
        if (t.read("/proc/cmdline"))
            return false;
        // What keeps some for later.
        for (const char* word : {"maxcpus=", "nosmt", "nosmp"})
            if (has(t.text(), word))
                return false;
        return true;
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, !elsewhere_on_purpose(t), "workqueue.debug_force_rr_cpu is set");
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        SKIP_UNLESS(t, as_at_boot(t), "not all CPUs are known to be online since the kernel started");
        uint32_t judged = 0, threads = 0;
        for (const char* scope : {"cpu", "smt", "cache", "numa", "system"}) {
            Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = scope, .strict = true});
            const bool of_cache = same_text(scope, "cache");
            // Without CONFIG_SCHED_SMT each CPU is a core.
            if (same_text(scope, "smt") && !wqlab_knows_smt())
                continue;
            for (uint32_t cpu = 0; cpu < 64; cpu++) {
                if (!(allowed >> cpu & 1))
                    continue;
                // What the scheduler takes for a cache is its own matter; a core is in one.
                const uint64_t pod = siblings(t, of_cache ? "smt" : scope, cpu) & allowed;
                if (!pod)
                    continue;  // the machine does not say
                TestItem& item = t.item("the item");
                item.queue_on(wq, cpu);
                AWAIT(t, item.ended() == 1, "the item to run");
                const uint64_t cpus = item.last().cpus & allowed;
                WANT(t, of_cache ? (pod & ~cpus) == 0 : cpus == pod,
                     "scope %s: of CPU %u the workers may run on %llx, and the machine says %s%llx", scope, cpu,
                     static_cast<unsigned long long>(cpus), of_cache ? "at least " : "",
                     static_cast<unsigned long long>(pod));
                judged++;
                threads += same_text(scope, "smt") && has_two(pod);
            }
        }
        t.note("%u times, of which %u CPUs have a sibling in their core", judged, threads);
    }
};

// With interrupts off on one CPU: nobody else's items move what it chose last.
struct Burst {
    static constexpr uint32_t kItems = 32;

    Queue* wq;
    Items items;
    uint32_t n;
    int cpu;  // that they are queued for; -1: none

    static void queue_all(void* argument)
    {
        Burst& burst = *static_cast<Burst*>(argument);
        for (uint32_t i = 0; i < burst.n; i++)
            burst.items[i]->queue_on(*burst.wq, burst.cpu);
    }

    // Queued on that CPU, and run. nullptr: decided.
    static const Burst* of(Trial& t, Queue& wq, uint32_t n, uint32_t from, int cpu)
    {
        Burst* burst = t.own<Burst>();
        if (!burst)
            return nullptr;
        *burst = {&wq, t.items(n, "an item"), n, cpu};
        t.on_cpu(from, [burst] { wqlab_call_with_irqs_off(queue_all, burst); });
        return t.wait([&] { return executions(burst->items, n) == n; }, "the items to run") ? burst : nullptr;
    }

    // Of item i.
    uint32_t ran_on(uint32_t i) const { return items[i]->last().cpu; }
};

// The one after it, in a circle.
constexpr uint32_t next_in(uint64_t cpus, uint32_t cpu)
{
    const uint64_t behind = cpu >= 63 ? 0 : cpus & ~((uint64_t{2} << cpu) - 1);
    return first_of(behind ? behind : cpus);
}

// The builtin would call libgcc.
constexpr uint32_t count_of(uint64_t cpus)
{
    uint32_t n = 0;
    for (; cpus; cpus &= cpus - 1)
        n++;
    return n;
}

// Each goes to the CPU after that of the one before it, of these.
inline void judge_circle(Trial& t, const Burst& burst, uint64_t cpus, const char* when)
{
    for (uint32_t i = 1; i < burst.n; i++) {
        const uint32_t before = burst.ran_on(i - 1), now = burst.ran_on(i);
        WANT(t, cpus >> now & 1, "%s: item %u ran on CPU %u", when, i + 1, now);
        WANT(t, now == next_in(cpus, before), "%s: item %u ran on CPU %u and the next one on CPU %u, not %u", when, i,
             before, now, next_in(cpus, before));
    }
}

constexpr const char* kForced = "/sys/module/workqueue/parameters/debug_force_rr_cpu";

struct ForcedRoundRobinMoves {
    static constexpr Promise kPromise = {
        148,
        "",
        "queue.forced-round-robin-moves-on",
        "With workqueue.debug_force_rr_cpu each unbound item that names no CPU goes to the next CPU that unbound ones "
        "may use; what names a CPU, and per-CPU items, stay where they are",
        "kernel/workqueue.c: wq_select_unbound_cpu()",
        0,
        Fault::kStepIgnored};

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        SKIP_UNLESS(t, wqlab_nr_cpus() <= 64, "there are more than 64 CPUs");
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "cpu", .strict = true});
        Queue& bound = t.queue();
        const uint32_t here = first_of(allowed), there = second_of(allowed);
        const int error = t.write(kForced, "1");
        SKIP_UNLESS(t, error == 0, "%s can't be written: error %d", kForced, error);
        const uint32_t n = 2 * count_of(allowed) + 1 < Burst::kItems ? 2 * count_of(allowed) + 1 : Burst::kItems;
        const Burst* circle = Burst::of(t, wq, n, here, -1);
        const Burst* named = circle ? Burst::of(t, wq, 2, here, static_cast<int>(there)) : nullptr;
        const Burst* local = named ? Burst::of(t, bound, 2, here, -1) : nullptr;
        t.write(kForced, "0");
        if (!local)
            return;
        judge_circle(t, *circle, allowed, "with debug_force_rr_cpu");
        for (uint32_t i = 0; i < 2 && !t.decided(); i++) {
            WANT(t, named->ran_on(i) == there, "an item that names CPU %u ran on CPU %u", there, named->ran_on(i));
            WANT(t, local->ran_on(i) == here, "a per-CPU item of CPU %u ran on CPU %u", here, local->ran_on(i));
        }
        // And without it each stays.
        const Burst* after = Burst::of(t, wq, 2, here, -1);
        if (after)
            WANT(t, after->ran_on(0) == here && after->ran_on(1) == here,
                 "without debug_force_rr_cpu items of CPU %u ran on CPUs %u and %u", here, after->ran_on(0),
                 after->ran_on(1));
    }
};

struct ForcedIsTold {
    static constexpr Promise kPromise = {
        387,
        "",
        "log.forced-round-robin",
        "That workqueue.debug_force_rr_cpu sends unbound items elsewhere is told in the log with the first one that "
        "names no CPU, and without that parameter it is not",
        "kernel/workqueue.c: wq_select_unbound_cpu()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kLogIsSilent};

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND});
        // Before it is forgotten that it has been said: so it is heard, whosever item is the first.
        const KernelLog<LinesWith> log(t, "workqueue: round-robin CPU selection forced, expect performance impact");
        SKIP_UNLESS(t, !elsewhere_on_purpose(t), "workqueue.debug_force_rr_cpu is set");
        if (!hear_again(t))
            return;
        if (t.decided())
            return;
        TestItem& item = t.item("the item");
        item.queue(wq);
        AWAIT(t, item.ended() == 1, "an item to run");
        const uint32_t before = log.count();
        const int error = t.write(kForced, "1");
        SKIP_UNLESS(t, error == 0, "%s can't be written: error %d", kForced, error);
        item.queue(wq);
        t.write(kForced, "0");
        AWAIT(t, item.ended() == 2, "an item to run with debug_force_rr_cpu");
        WANT(t, before == 0, "without debug_force_rr_cpu it was said");
        // It is said once it has been queued, or later.
        AWAIT(t, log.count(), "it to be said with debug_force_rr_cpu");
    }
};

struct ExcludedCpuSpreads {
    static constexpr Promise kPromise = {
        149,
        "",
        "queue.excluded-cpu-spreads",
        "From a CPU that unbound workqueues may not use, unbound items go to those that they may, one after the other",
        "kernel/workqueue.c: wq_select_unbound_cpu()",
        0,
        Fault::kStepIgnored};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, !elsewhere_on_purpose(t), "workqueue.debug_force_rr_cpu is set");
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, count_of(allowed) > 2, "unbound workqueues may use two CPUs or less");
        SKIP_UNLESS(t, wqlab_nr_cpus() <= 64, "there are more than 64 CPUs");
        const uint32_t out = first_of(allowed);
        const uint64_t rest = allowed & ~(uint64_t{1} << out);
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "cpu", .strict = true});
        UnboundCpus cpus(t);
        if (!cpus.write_mask(rest))
            return;
        const uint32_t n = 2 * count_of(rest) + 1 < Burst::kItems ? 2 * count_of(rest) + 1 : Burst::kItems;
        if (const Burst* burst = Burst::of(t, wq, n, out, -1))
            judge_circle(t, *burst, rest, "from a CPU that is left out");
    }
};

struct NodeOfTheCaller {
    static constexpr Promise kPromise = {
        150,
        "",
        "queue.node-of-the-caller",
        "queue_work_node() for the caller's own node stays on the caller's CPU; for no node, and for one that is not "
        "there, it does what queue_work() does; and it says whether it queued",
        "kernel/workqueue.c: select_numa_node_cpu(), queue_work_node()",
        0,
        Fault::kQueueLies};

    struct Call {
        Queue* wq;
        TestItem* item;
        int node;
        bool first, second;
    };

    static void judge(Trial& t, Queue& wq, uint32_t cpu, int node)
    {
        Call* const call = t.own<Call>();
        if (!call)
            return;
        *call = {&wq, &t.item("the item"), node, false, true};
        // With interrupts off on the CPU whose worker it is for.
        t.on_cpu(cpu, [call] {
            wqlab_call_with_irqs_off(
                [](void* argument) {
                    Call& c = *static_cast<Call*>(argument);
                    c.first = c.item->queue_node(*c.wq, c.node);
                    c.second = c.item->queue_node(*c.wq, c.node);
                },
                call);
        });
        WANT(t, call->first && !call->second, "it returned %d for an idle and %d for a pending item", call->first,
             call->second);
        AWAIT(t, call->item->ended() == 1, "the item to run");
        WANT(t, call->item->last().cpu == cpu, "for node %d, from CPU %u of node %d, it ran on CPU %u", node, cpu,
             wqlab_cpu_node(cpu), call->item->last().cpu);
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, !elsewhere_on_purpose(t), "workqueue.debug_force_rr_cpu is set");
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, allowed, "unbound workqueues may use no CPU");
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 1, .scope = "cpu", .strict = true});
        const int most = static_cast<int>(wqlab_max_nodes());
        for (uint32_t cpu = 0; cpu < 64; cpu++) {
            if (!(allowed >> cpu & 1))
                continue;
            // Before and behind the map of those that are there are maps of others.
            for (const int node : {wqlab_cpu_node(cpu), -1, -most, most, static_cast<int>(wqlab_nr_nodes()), 1 << 20}) {
                judge(t, wq, cpu, node);
                if (t.decided())
                    return;
            }
        }
    }
};

constexpr Check kAll[] = {
    check_of<PodsAreTheMachines>(WQLAB_LACK_SCOPES),
    check_of<ForcedRoundRobinMoves>(WQLAB_LACK_SCOPES),
    check_of<ForcedIsTold>(),
    check_of<ExcludedCpuSpreads>(WQLAB_LACK_SCOPES),
    check_of<NodeOfTheCaller>(WQLAB_LACK_SCOPES),
};

}  // namespace selection

constinit const Group kSelectionChecks = group_of("affinity", selection::kAll);

}  // namespace wqlab
