// SPDX-License-Identifier: GPL-2.0
// Unbound workqueues while CPUs leave and come back.
#include "../../glue/context.h"
#include "../../glue/cpu.h"
#include "../../glue/workqueue.h"
#include "../scenes/cpu_away.hh"
#include "../scenes/look.hh"
#include "../scenes/unbound_cpus.hh"

namespace wqlab {

namespace unbound_away {

// Where the workers of the workqueue's pool for that CPU are to run, of the first 64; 0: the trial is decided.
inline uint64_t pod_of(Trial& t, const Queue& wq, uint32_t cpu)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
    const wqlab_snap_pool* pool = now ? pool_of_cpu(*now, wq, cpu) : nullptr;
    if (now && (!pool || pool->pod_cpus == WQLAB_NONE))
        t.skip("the snapshot does not show the pool of the check's own workqueue");
    return t.decided() ? 0 : now->masks.words()[pool->pod_cpus * now->masks.words_each()];
}

struct PodsFollow {
    static constexpr Promise kPromise = {
        223,
        "",
        "hotplug.pods-follow",
        "While a CPU is away the unbound items that are queued for it run on others that their workqueue may use, and "
        "if there are none on any, and the others of its pod keep that; a worker of a pod of which no CPU is left is "
        "put nowhere; when the CPU is back it has its pod again",
        "kernel/workqueue.c: unbound_wq_update_pwq(), wq_calc_pod_cpumask(), workqueue_offline_cpu(), "
        "workqueue_online_cpu(), kick_pool_pick()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kAttributesIgnored};

    // One in whose pods that CPU has company, and not everybody's.
    struct Company {
        Queue* wq = nullptr;  // nullptr: there is no such scope here
        uint32_t neighbour = 0;
        uint64_t pod = 0;
    };

    static Company company_of(Trial& t, uint64_t allowed, uint32_t cpu)
    {
        const uint64_t bit = uint64_t{1} << cpu;
        for (const char* scope : {"smt", "cache", "numa"}) {
            Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = scope});
            const uint64_t pod = pod_of(t, wq, cpu), others = pod & allowed & ~bit;
            if (t.decided())
                break;
            if (others && allowed & ~pod)
                return {&wq, first_of(others), pod};
        }
        return {};
    }

    static void judge_company(Trial& t, const Company& company, const char* when)
    {
        const uint64_t pod = company.wq ? pod_of(t, *company.wq, company.neighbour) : company.pod;
        WANT(t, pod == company.pod || t.decided(), "%s the pod of CPU %u, which stayed, is %llx, not %llx", when,
             company.neighbour, static_cast<unsigned long long>(pod), static_cast<unsigned long long>(company.pod));
    }

    struct Move {
        Gate* gate;
        uint32_t to;
    };

    static void move(TestItem&, void* argument)
    {
        const Move& move = *static_cast<Move*>(argument);
        move.gate->pass();
        wqlab_move_to(move.to);
    }

    // Has the worker of that CPU's pool which is woken next be elsewhere: it becomes idle when those have that were
    // made because it was busy.
    static void have_one_elsewhere(Trial& t, Queue& wq, uint32_t cpu, uint32_t elsewhere)
    {
        Move* const how = t.own<Move>();
        if (!how)
            return;
        *how = {&t.gate(), elsewhere};
        TestItem& mover = t.item("an item that leaves its CPU").on_run(move, how);
        mover.queue_on(wq, cpu);
        AWAIT(t, mover.started() == 1, "an item that leaves its CPU to start");
        t.linger();
        how->gate->open();
        AWAIT(t, mover.ended() == 1, "an item that leaves its CPU to end");
        t.linger();
    }

    // An item that runs is queued where it does: to a pool of which no CPU is left.
    static void wake_where_none_is_left(Trial& t, Queue& wq, TestItem& held, uint32_t cpu)
    {
        const bool is_counted = t.kernel().has(Field::kPwqStats);
        const uint64_t before = is_counted ? stat_of(t, wq, WQLAB_PWQ_STAT_REPATRIATED) : 0;
        WANT(t, held.queue_on(wq, cpu) || t.decided(), "an item that runs could not be queued");
        const uint64_t after = is_counted ? stat_of(t, wq, WQLAB_PWQ_STAT_REPATRIATED) : 0;
        WANT(t, after <= before || t.decided(), "with no CPU left of its pod a worker is counted as put back there");
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        const uint32_t cpu = second_of(allowed);
        const uint64_t bit = uint64_t{1} << cpu;
        Queue& all = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "cpu"});
        Queue& alone = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "cpu", .cpus = bit});
        const uint64_t before = pod_of(t, all, cpu);
        if (t.decided())
            return;
        WANT(t, before == bit, "with the scope cpu, the pod of CPU %u is %llx", cpu,
             static_cast<unsigned long long>(before));
        const Company company = company_of(t, allowed, cpu);
        if (t.decided())
            return;
        TestItem* const held[] = {&t.item("an item of all CPUs", TestItem::Body::kGate),
                                  &t.item("an item of that CPU", TestItem::Body::kGate)};
        held[0]->queue_on(all, cpu);
        held[1]->queue_on(alone, cpu);
        AWAIT(t, held[0]->started() == 1 && held[1]->started() == 1, "the items to start");
        have_one_elsewhere(t, all, cpu, first_of(allowed));
        if (t.decided())
            return;
        {
            CpuAway away(t, cpu);
            if (t.decided())
                return;
            // Some kernels before 6.9 take one that is away, or none, for the worker's.
            if (!(wqlab_lacks() & WQLAB_LACK_SYSTEM_MAX_ACTIVE))
                wake_where_none_is_left(t, all, *held[0], cpu);
            const uint64_t meanwhile = pod_of(t, all, cpu);
            WANT(t, meanwhile & allowed & ~bit || t.decided(),
                 "while CPU %u is away the pod of what is queued for it is %llx", cpu,
                 static_cast<unsigned long long>(meanwhile));
            judge_company(t, company, "while another of it is away");
            if (t.decided())
                return;
            for (Queue* wq : {&all, &alone}) {
                TestItem& item = t.item("an item of a CPU that is away");
                item.queue_on(*wq, cpu);
                AWAIT(t, item.ended() == 1, "an item that is queued for a CPU that is away to run");
                WANT(t, item.last().cpu != cpu, "it ran on CPU %u, which is away", cpu);
            }
            held[0]->open();
            held[1]->open();
            AWAIT(t, held[0]->ended() == 2 && held[1]->ended() == 1, "what ran before it left to end");
        }
        judge_company(t, company, "when another of it is back");
        if (t.decided())
            return;
        for (Queue* wq : {&all, &alone}) {
            const uint64_t back = pod_of(t, *wq, cpu);
            WANT(t, back == bit || t.decided(), "CPU %u is back, and its pod is %llx", cpu,
                 static_cast<unsigned long long>(back));
            TestItem& item = t.item("an item of a CPU that is back");
            item.queue_on(*wq, cpu);
            AWAIT(t, item.ended() == 1, "an item of a CPU that is back to run");
        }
    }
};

struct NoCpuIsThere {
    static constexpr Promise kPromise = {
        384,
        "",
        "hotplug.none-of-all-unbound-cpus",
        "While none of the CPUs that unbound workqueues may use is online their items still run; a CPU that is asked "
        "for meanwhile is theirs when it is back",
        "kernel/workqueue.c: wq_select_unbound_cpu(), unbound_wq_update_pwq(), workqueue_set_unbound_cpumask()",
        WQLAB_CHECK_HOTPLUG,
        Fault::kQueueLoses};

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed) && wqlab_nr_cpus() <= 64,
                    "unbound workqueues may use one CPU, or there are more than 64");
        const uint32_t cpu = second_of(allowed), here = first_of(allowed);
        Queue* const queues[] = {&t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = smallest_scope()}),
                                 &t.queue({.flags = WQLAB_WQ_UNBOUND, .is_private = false}),
                                 &t.queue({.flags = WQLAB_WQ_ORDERED})};
        UnboundCpus cpus(t);
        if (!cpus.restrict_to(cpu))
            return;
        CpuAway away(t, cpu);
        for (Queue* wq : queues) {
            // As many as make the circle go round.
            const Items items = t.items(3, "an item");
            for (uint32_t i = 0; i < 3 && !t.decided(); i++) {
                TestItem& item = *items[i];
                t.on_cpu(here, [&item, wq] { return item.queue(*wq); });
            }
            AWAIT(t, t.decided() || executions(items, 3) == 3, "items to run that no CPU is for");
        }
        const uint64_t both = uint64_t{1} << cpu | uint64_t{1} << here;
        if (t.decided() || !cpus.write_mask(both))
            return;
        away.back();
        const uint64_t now = unbound_cpus(t);
        WANT(t, now == both || t.decided(),
             "CPU %u is back, asked for while it was away were %llx, and in force is %llx", cpu,
             static_cast<unsigned long long>(both), static_cast<unsigned long long>(now));
    }
};

constexpr Check kAll[] = {
    check_of<PodsFollow>(WQLAB_LACK_SCOPES),
    check_of<NoCpuIsThere>(),
};

}  // namespace unbound_away

constinit const Group kUnboundAwayChecks = group_of("lifecycle", unbound_away::kAll);

}  // namespace wqlab
