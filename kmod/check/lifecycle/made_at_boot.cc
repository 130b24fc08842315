// SPDX-License-Identifier: GPL-2.0
// What the kernel makes of workqueues and pools before anybody asks for some.
#include "../../glue/cpu.h"
#include "../../glue/text.h"
#include "../../glue/workqueue.h"
#include "../scenes/look.hh"

namespace wqlab {

namespace made_at_boot {

constexpr uint32_t kSections = WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_RESCUERS;

struct SystemQueuesAreAsDocumented {
    static constexpr Promise kPromise = {
        188,
        "",
        "system.flags-and-limits",
        "Each system workqueue has the name, the flags and the max_active that the header says of it: the default, and "
        "for unbound ones the highest there is",
        "include/linux/workqueue.h: system-wide workqueues; kernel/workqueue.c: workqueue_init_early()",
        0,
        Fault::kSnapshotLies};

    struct Wanted {
        const char* symbol;
        const char* name;  // its beginning, if it ends in a star
        uint32_t flags;
    };
    static constexpr Wanted kWanted[] = {
        {"system_wq", "events", 0},
        {"system_percpu_wq", "events", 0},
        {"system_highpri_wq", "events_highpri", WQLAB_WQ_HIGHPRI},
        {"system_long_wq", "events_long", 0},
        {"system_unbound_wq", "events_unbound", WQLAB_WQ_UNBOUND},
        {"system_dfl_wq", "events_unbound", WQLAB_WQ_UNBOUND},
        {"system_dfl_long_wq", "events_dfl_long", WQLAB_WQ_UNBOUND},
        {"system_freezable_wq", "events_freezable", WQLAB_WQ_FREEZABLE},
        {"system_power_efficient_wq", "events_power_efficient", WQLAB_WQ_POWER_EFFICIENT},
        // "…_power_efficient" until names were cut at fewer than 32 characters (6.9).
        {"system_freezable_power_efficient_wq", "events_freezable_p*", WQLAB_WQ_FREEZABLE | WQLAB_WQ_POWER_EFFICIENT},
        {"system_bh_wq", "events_bh", WQLAB_WQ_BH},
        {"system_bh_highpri_wq", "events_bh_highpri", WQLAB_WQ_BH | WQLAB_WQ_HIGHPRI},
    };
    // What of the flags is the same in all kernels.
    static constexpr uint32_t kJudged = WQLAB_WQ_BH | WQLAB_WQ_UNBOUND | WQLAB_WQ_FREEZABLE | WQLAB_WQ_MEM_RECLAIM |
                                        WQLAB_WQ_HIGHPRI | WQLAB_WQ_CPU_INTENSIVE | WQLAB_WQ_SYSFS |
                                        WQLAB_WQ_POWER_EFFICIENT | WQLAB_WQ_ORDERED;

    static bool is_called(const char* name, const char* wanted)
    {
        while (*wanted && *wanted != '*' && *name == *wanted) {
            name++;
            wanted++;
        }
        return *wanted == '*' || *name == *wanted;
    }

    static int32_t max_active_of(uint32_t flags)
    {
        if (flags & WQLAB_WQ_BH)
            return 0x7fffffff;  // BH workqueues have no limit
        // Power-efficient ones are per-CPU by nature.
        if (flags & WQLAB_WQ_UNBOUND && !(flags & WQLAB_WQ_POWER_EFFICIENT))
            return wqlab_wq_max_active();
        return wqlab_wq_default_active();
    }

    static void judge(Trial& t, const Snapshot& now, const wqlab_snap_workqueue& row, const Wanted& wanted)
    {
        // workqueue.power_efficient, or nohz_full.
        const bool is_saving = wanted.flags & WQLAB_WQ_POWER_EFFICIENT && row.flags & WQLAB_WQ_UNBOUND;
        const uint32_t flags = wanted.flags | (is_saving && saves_power(t) ? uint32_t{WQLAB_WQ_UNBOUND} : 0);
        const char* name = string_of(now, row.name);
        WANT(t, is_called(name, wanted.name), "%s is called %s", wanted.symbol, name);
        WANT(t, (row.flags & kJudged) == flags, "%s has the flags %x, not %x", wanted.symbol, row.flags & kJudged,
             flags);
        if (wqlab_features() & WQLAB_FEATURE_BH_PERCPU)
            WANT(t, !(row.flags & WQLAB_WQ_PERCPU) == !!(flags & WQLAB_WQ_UNBOUND),
                 "%s is both or none of per-CPU and "
                 "unbound",
                 wanted.symbol);
        // Before 6.9 it was of each CPU or node, and grew with the machine.
        const int32_t max_active = max_active_of(flags);
        WANT(t, wqlab_lacks() & WQLAB_LACK_SYSTEM_MAX_ACTIVE || row.max_active == max_active,
             "%s has max_active %d, not %d", wanted.symbol, row.max_active, max_active);
        WANT(t, row.rescuer_pid == 0, "%s has a rescuer", wanted.symbol);
    }

    static bool saves_power(Trial& t)
    {
        return t.ask(WQLAB_STEP_READ, "/sys/module/workqueue/parameters/power_efficient", "") == 0 &&
               t.text()[0] == 'Y';
    }

    static void run(Trial& t)
    {
        const Snapshot* now = t.snapshot(kSections);
        uint32_t n = 0;
        for (const Wanted& wanted : kWanted) {
            for (uint32_t i = 0; now && i < now->workqueues.size() && !t.decided(); i++) {
                const wqlab_snap_workqueue& row = now->workqueues[i];
                if (row.symbol == WQLAB_NONE || !same_text(string_of(*now, row.symbol), wanted.symbol))
                    continue;
                n++;
                judge(t, *now, row, wanted);
            }
        }
        if (t.decided())
            return;
        uint32_t there = 0;
        while (wqlab_wq_system_name(there))
            there++;
        WANT(t, n >= there, "of %u system workqueues %u are among the machine's", there, n);
    }
};

struct PoolsOfEachCpu {
    static constexpr Promise kPromise = {
        189,
        "",
        "pools.of-each-cpu",
        "Each CPU has two pools, of nice 0 and -20, and for BH two more, each on that CPU alone and of its node; of an "
        "online one they have workers, and BH pools exactly one",
        "Documentation/core-api/workqueue.rst: The Design; kernel/workqueue.c: workqueue_init_early(), "
        "workqueue_init(), "
        "init_cpu_worker_pool()",
        0,
        Fault::kSnapshotLies};

    // Whether the mask has that CPU and no other.
    static bool is_only(const Snapshot& now, uint32_t mask, uint32_t cpu)
    {
        const uint32_t each = now.masks.words_each();
        bool is = mask != WQLAB_NONE;
        for (uint32_t i = 0; is && i < each; i++)
            is = now.masks.words()[mask * each + i] == (i == cpu / 64 ? uint64_t{1} << cpu % 64 : 0);
        return is;
    }

    static void judge(Trial& t, const Snapshot& now, const wqlab_snap_pool& pool, uint32_t cpu)
    {
        const bool is_bh = pool.flags & WQLAB_POOL_BH;
        const bool has_scopes = !(wqlab_lacks() & WQLAB_LACK_SCOPES);
        WANT(t, pool.nice == 0 || pool.nice == -20, "a pool of CPU %u has nice %d", cpu, pool.nice);
        WANT(t, is_only(now, pool.cpus, cpu) && (pool.pod_cpus == WQLAB_NONE || is_only(now, pool.pod_cpus, cpu)),
             "pool %d of CPU %u may use others", pool.id, cpu);
        WANT(t, !has_scopes || pool.flags & WQLAB_POOL_STRICT, "pool %d of CPU %u is not strict", pool.id, cpu);
        WANT(t, pool.node == wqlab_cpu_node(cpu), "pool %d of CPU %u is of node %d, and the CPU of node %d", pool.id,
             cpu, pool.node, wqlab_cpu_node(cpu));
        // A BH pool never is of a CPU in that sense.
        WANT(t, is_bh || !(pool.flags & WQLAB_POOL_DISASSOCIATED),
             "pool %d of CPU %u, which is online, is disassociated", pool.id, cpu);
        WANT(t, is_bh ? pool.nr_workers == 1 : pool.nr_workers >= 1, "pool %d of CPU %u has %d workers", pool.id, cpu,
             pool.nr_workers);
    }

    static void run(Trial& t)
    {
        const Snapshot* now = t.snapshot(kSections);
        if (!now)
            return;
        const bool has_bh = !(wqlab_lacks() & WQLAB_LACK_BH);
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++) {
            if (!wqlab_cpu_online(cpu))
                continue;
            uint32_t pools[2][2] = {};
            for (const wqlab_snap_pool& pool : now->pools) {
                if (pool.cpu != static_cast<int32_t>(cpu))
                    continue;
                judge(t, *now, pool, cpu);
                if (t.decided())
                    return;
                pools[(pool.flags & WQLAB_POOL_BH) != 0][pool.nice != 0]++;
            }
            WANT(t, pools[0][0] == 1 && pools[0][1] == 1, "CPU %u has %u pools of nice 0 and %u of nice -20", cpu,
                 pools[0][0], pools[0][1]);
            WANT(t, pools[1][0] == has_bh && pools[1][1] == has_bh, "CPU %u has %u and %u pools of BH items", cpu,
                 pools[1][0], pools[1][1]);
        }
    }
};

constexpr Check kAll[] = {
    check_of<SystemQueuesAreAsDocumented>(),
    check_of<PoolsOfEachCpu>(),
};

}  // namespace made_at_boot

constinit const Group kMadeAtBootChecks = group_of("lifecycle", made_at_boot::kAll);

}  // namespace wqlab
