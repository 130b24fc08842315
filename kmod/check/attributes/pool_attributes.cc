// SPDX-License-Identifier: GPL-2.0
// Which CPUs a pool has for its own, and whose they are.
#include "../../glue/cpu.h"
#include "../../glue/workqueue.h"
#include "../scenes/look.hh"

namespace wqlab {

namespace pool_attributes {

// Whether a mask is that, and none beyond the first 64.
inline bool are(const Snapshot& now, uint32_t mask, uint64_t cpus)
{
    bool same = true;
    for (uint32_t i = 0; i < now.masks.words_each(); i++)
        same &= now.masks.words()[mask * now.masks.words_each() + i] == (i == 0 ? cpus : 0);
    return same;
}

inline bool are_the_same(const Snapshot& now, uint32_t a, uint32_t b)
{
    const uint32_t each = now.masks.words_each();
    bool same = true;
    for (uint32_t i = 0; i < each; i++)
        same &= now.masks.words()[a * each + i] == now.masks.words()[b * each + i];
    return same;
}

struct NoPoolOfOtherCpus {
    static constexpr Promise kPromise = {
        330,
        "",
        "attrs.no-pool-of-other-cpus",
        "An unbound workqueue's pools are what it asked for, whatever others there are: of its nice value, each CPU's "
        "own pod, and its CPUs, or all if it is strict; so those that differ in their CPUs only, and are not strict, "
        "share none",
        "kernel/workqueue.c: wqattrs_equal(), wqattrs_hash(), get_unbound_pool()",
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

    struct Asked {
        Queue* wq;
        uint64_t cpus;
        bool strict;
    };

    struct Scene {
        uint64_t allowed, online;
        uint64_t looked_at;  // CPUs: those of the sets, and one that is in none
        Asked asked[kMost + 2];
        uint32_t n, not_strict;  // the first of them are not
    };

    static void make(Trial& t, Scene& scene)
    {
        uint64_t cpus[kMost];
        scene.not_strict = scene.n = sets(scene.allowed, cpus);
        const uint64_t all = cpus[scene.n - 1], rest = scene.online & ~all;
        scene.looked_at = all | (rest & -rest);
        for (uint32_t i = 0; i < scene.n; i++)
            scene.asked[i] = {nullptr, cpus[i], false};
        // A pool tells since ae1296a7bfe4, of the same release as what is lacking here.
        if (!(wqlab_lacks() & WQLAB_LACK_DISABLE))
            for (const uint64_t of : {cpus[0], all})
                scene.asked[scene.n++] = {nullptr, of, true};
        for (uint32_t i = 0; i < scene.n; i++)
            scene.asked[i].wq = &t.queue({.flags = WQLAB_WQ_UNBOUND});
    }

    static uint64_t online_cpus()
    {
        uint64_t online = 0;
        for (uint32_t cpu = 0; cpu < 64 && cpu < wqlab_nr_cpus(); cpu++)
            online |= uint64_t{wqlab_cpu_online(cpu)} << cpu;
        return online;
    }

    // What is wrong with its pool for a CPU; nullptr: nothing.
    static const char* wrong_with(const Snapshot& now, const wqlab_snap_pool& pool, const Asked& asked, int nice,
                                  uint32_t cpu)
    {
        const uint64_t bit = uint64_t{1} << cpu;
        if (pool.nice != nice)
            return "has another nice value";
        if (!are(now, pool.pod_cpus, asked.cpus & bit ? bit : asked.cpus))
            return "is of another pod";
        if (asked.strict ? !are_the_same(now, pool.cpus, now.head.possible_cpus) : !are(now, pool.cpus, asked.cpus))
            return "has other CPUs";
        return nullptr;
    }

    static void judge(Trial& t, const Snapshot& now, const Scene& scene, const Asked& asked, int nice)
    {
        for (uint64_t left = scene.looked_at; left; left &= left - 1) {
            const uint32_t cpu = first_of(left);
            const wqlab_snap_pool* pool = pool_of_cpu(now, *asked.wq, cpu);
            SKIP_UNLESS(t,
                        pool && pool->cpus != WQLAB_NONE && pool->pod_cpus != WQLAB_NONE &&
                            now.head.possible_cpus != WQLAB_NONE,
                        "it can't be seen where items of CPU %u go", cpu);
            const int32_t id = pool->id;
            const char* const wrong = wrong_with(now, *pool, asked, nice, cpu);
            if (!wrong)
                continue;
            // That takes another look at the machine, and the snapshot's place.
            const bool same = unbound_cpus(t) == scene.allowed && online_cpus() == scene.online;
            SKIP_UNLESS(t, same || t.decided(), "CPUs were changed meanwhile");
            WANT(t, t.decided(), "of a workqueue for CPUs %llx, %sstrict and of nice %d, pool %d for CPU %u %s",
                 static_cast<unsigned long long>(asked.cpus), asked.strict ? "" : "not ", nice, id, cpu, wrong);
        }
    }

    static void run(Trial& t)
    {
        Scene scene;
        scene.allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(scene.allowed), "unbound workqueues may use one CPU");
        scene.online = online_cpus();
        make(t, scene);
        uint32_t looks = 0;
        for (int nice = -20; nice <= 19; nice++) {
            // A pool takes a thread, and so time: of strict ones half of the values do.
            const uint32_t n = nice < 0 ? scene.n : scene.not_strict;
            for (uint32_t i = 0; i < n && !t.decided(); i++) {
                const Asked& asked = scene.asked[i];
                if (const int error = asked.wq->apply("cpu", asked.strict, asked.cpus, nice))
                    t.skip("attributes can't be set: error %d", -error);
            }
            const Snapshot* now = t.decided() ? nullptr : t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
            for (uint32_t i = 0; now && i < n && !t.decided(); i++, looks++)
                judge(t, *now, scene, scene.asked[i], nice);
            if (t.decided())
                return;
        }
        t.note("%u times a workqueue had the pools that it asked for", looks);
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
