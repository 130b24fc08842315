// SPDX-License-Identifier: GPL-2.0
// Group K, continued: which CPUs a pool has for its own, and whose they are.
#include "../glue/workqueue.h"
#include "look.hh"

namespace wqlab {

namespace pool_attributes {

struct NoPoolOfOtherCpus {
    static constexpr Promise kPromise = {
        330,
        "",
        "attrs.no-pool-of-other-cpus",
        "Unbound workqueues that differ in nothing but the CPUs that they may use, and are not strict, share no pool, "
        "whatever their nice value is",
        "kernel/workqueue.c: wqattrs_equal(), get_unbound_pool()",
        0,
        Fault::kAttributesIgnored};

    // Pools are looked for in 64 lists, by a sum of their attributes: that two sums fall into one list takes many of
    // them.
    static constexpr uint32_t kMost = 5;

    // Sets of the first CPUs, with the very first one in each. Their number.
    static uint32_t sets(uint64_t allowed, uint64_t (&cpus)[kMost])
    {
        uint64_t each[4] = {};
        uint32_t n = 0;
        for (; n < 4 && allowed; n++, allowed &= allowed - 1)
            each[n] = allowed & -allowed;
        uint32_t made = 0;
        cpus[made++] = each[0];
        cpus[made++] = each[0] | each[1];
        if (n > 2) {
            cpus[made++] = each[0] | each[2];
            cpus[made++] = each[0] | each[1] | each[2];
        }
        if (n > 3)
            cpus[made++] = each[0] | each[1] | each[2] | each[3];
        return made;
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        const uint32_t cpu = first_of(allowed);
        uint64_t cpus[kMost];
        const uint32_t n = sets(allowed, cpus);
        Queue* queues[kMost];
        for (uint32_t i = 0; i < n; i++)
            queues[i] = &t.queue({.flags = WQLAB_WQ_UNBOUND});
        uint32_t pairs = 0;
        for (int nice = -20; nice <= 19; nice++) {
            for (uint32_t i = 0; i < n && !t.decided(); i++)
                if (const int error = queues[i]->apply("cpu", false, cpus[i], nice))
                    t.skip("attributes can't be set: error %d", -error);
            const Snapshot* now = t.decided() ? nullptr : t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
            if (!now)
                return;
            const wqlab_snap_pool* pools[kMost];
            for (uint32_t i = 0; i < n; i++) {
                pools[i] = pool_of_cpu(*now, *queues[i], cpu);
                SKIP_UNLESS(t, pools[i], "it can't be seen where items of CPU %u go", cpu);
                for (uint32_t k = 0; k < i; k++, pairs++)
                    WANT(t, pools[i] != pools[k],
                         "of nice %d, workqueues for CPUs %llx and %llx have the same pool %d for CPU %u", nice,
                         static_cast<unsigned long long>(cpus[k]), static_cast<unsigned long long>(cpus[i]),
                         pools[i]->id, cpu);
            }
        }
        t.note("of %u pairs none shares", pairs);
    }
};

struct CpusOfAPool {
    static constexpr Promise kPromise = {
        331,
        "",
        "attrs.cpus-of-a-pool",
        "A pool has the cpumask of its workqueues; if they are strict, whose cpumasks need not be the same, it has all "
        "possible CPUs, and its pod's are those of the one that it was made for",
        "include/linux/workqueue.h: struct workqueue_attrs; kernel/workqueue.c: wqattrs_clear_for_pool()",
        0,
        Fault::kAttributesIgnored};

    static bool are(const Snapshot& now, uint32_t mask, uint64_t cpus)
    {
        bool same = true;
        for (uint32_t i = 0; i < now.masks.words_each(); i++)
            same &= now.masks.words()[mask * now.masks.words_each() + i] == (i == 0 ? cpus : 0);
        return same;
    }

    static bool are_the_same(const Snapshot& now, uint32_t a, uint32_t b)
    {
        const uint32_t each = now.masks.words_each();
        bool same = true;
        for (uint32_t i = 0; i < each; i++)
            same &= now.masks.words()[a * each + i] == now.masks.words()[b * each + i];
        return same;
    }

    static void run(Trial& t)
    {
        // ae1296a7bfe4, of the same release.
        SKIP_UNLESS(t, !(wqlab_lacks() & WQLAB_LACK_DISABLE),
                    "before Linux 6.10 a strict one has its workqueue's CPUs");
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        const uint32_t cpu = first_of(allowed);
        const uint64_t one = uint64_t{1} << cpu, two = one | uint64_t{1} << second_of(allowed);
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND});
        for (const uint64_t cpus : {one, two}) {
            for (const bool strict : {false, true}) {
                const int error = wq.apply("cpu", strict, cpus);
                SKIP_UNLESS(t, error == 0, "attributes can't be set: error %d", -error);
                const wqlab_snap_pool* pool = own_pool(t, wq, cpu);
                if (!pool)
                    return;
                const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
                pool = now ? pool_of_cpu(*now, wq, cpu) : nullptr;
                SKIP_UNLESS(t,
                            pool && pool->cpus != WQLAB_NONE && pool->pod_cpus != WQLAB_NONE &&
                                now->head.possible_cpus != WQLAB_NONE,
                            "a pool's CPUs can't be seen");
                const char* kind = strict ? "strict" : "not strict";
                WANT(t, are(*now, pool->pod_cpus, one), "%s, for CPUs %llx: the pod of CPU %u has others, too", kind,
                     static_cast<unsigned long long>(cpus), cpu);
                if (strict)
                    WANT(t, are_the_same(*now, pool->cpus, now->head.possible_cpus),
                         "strict, for CPUs %llx: not all possible CPUs are pool %d's",
                         static_cast<unsigned long long>(cpus), pool->id);
                else
                    WANT(t, are(*now, pool->cpus, cpus), "not strict, for CPUs %llx: pool %d has others",
                         static_cast<unsigned long long>(cpus), pool->id);
            }
        }
    }
};

constexpr Check kAll[] = {
    check_of<NoPoolOfOtherCpus>(WQLAB_LACK_SCOPES),
    check_of<CpusOfAPool>(WQLAB_LACK_SCOPES),
};

}  // namespace pool_attributes

constinit const Group kPoolAttributesChecks = group_of("attributes", pool_attributes::kAll);

}  // namespace wqlab
