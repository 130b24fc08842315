// SPDX-License-Identifier: GPL-2.0
// Affinity scopes.
#include "../../glue/attributes.h"
#include "../../glue/context.h"
#include "../../glue/cpu.h"
#include "../harness/few_tries.hh"
#include "../scenes/look.hh"
#include "../scenes/topology.hh"

namespace wqlab {

namespace affinity {

struct DefaultScope {
    static constexpr Promise kPromise = {109,
                                         "",
                                         "scope.default",
                                         "The default affinity scope is cache, on 7.x cache_shard",
                                         "Documentation/core-api/workqueue.rst: Affinity Scopes",
                                         0,
                                         Fault::kStepLies};

    static bool contains(const char* text, const char* word)
    {
        const size_t length = __builtin_strlen(word);
        for (; __builtin_strlen(text) >= length; text++)
            if (__builtin_memcmp(text, word, length) == 0)
                return true;
        return false;
    }

    static void run(Trial& t)
    {
        // A machine that is told another one keeps the promise, too.
        int error = t.read("/proc/cmdline");
        SKIP_UNLESS(t, error == 0 && __builtin_strlen(t.text()) < WQLAB_STEP_TEXT_LEN - 1,
                    "the kernel's command line can't be read: error %d", error);
        SKIP_UNLESS(t, !contains(t.text(), "workqueue.default_affinity_scope="), "the kernel's command line sets it");
        error = t.read("/sys/module/workqueue/parameters/default_affinity_scope");
        SKIP_UNLESS(t, error == 0, "the parameter can't be read: error %d", error);
        const char* wanted = wqlab_scope_of("cache_shard") >= 0 ? "cache_shard\n" : "cache\n";
        WANT(t, same_text(t.text(), wanted), "it is %s", t.text());
    }
};

struct StrictCpu {
    static constexpr Promise kPromise = {110,
                                         "",
                                         "scope.strict-cpu",
                                         "With the strict scope cpu an item runs on the CPU that queued it",
                                         "Documentation/core-api/workqueue.rst: Affinity Scopes",
                                         0,
                                         Fault::kQueueOtherCpu};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.online_cpus() > 1, "there is one CPU");
        SKIP_UNLESS(t, !elsewhere_on_purpose(t), "workqueue.debug_force_rr_cpu is set");
        const uint64_t allowed = unbound_cpus(t);
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "cpu", .strict = true});
        uint32_t tries = 0;
        for (uint32_t cpu = 0; cpu < 64; cpu++) {
            if (!(allowed >> cpu & 1))
                continue;
            TestItem& item = t.item("the item");
            t.on_cpu(cpu, [&item, &wq] { item.queue(wq); });
            AWAIT(t, item.ended() == 1, "the item to run");
            WANT(t, item.last().cpu == cpu, "queued from CPU %u it ran on CPU %u", cpu, item.last().cpu);
            tries++;
        }
        // Where its worker may run elsewhere, the scheduler may choose this CPU all the same.
        tried_few(t, tries, "an item of each CPU");
    }
};

struct StrictStaysInside {
    static constexpr Promise kPromise = {
        111,
        "",
        "scope.strict-stays-inside",
        "With a strict scope (smt, cache, numa, system) an item runs inside the pod of the CPU that queued it",
        "Documentation/core-api/workqueue.rst: affinity_strict",
        0,
        Fault::kWorkerLies};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, !elsewhere_on_purpose(t), "workqueue.debug_force_rr_cpu is set");
        const uint64_t allowed = unbound_cpus(t);
        for (const char* scope : {"smt", "cache", "numa", "system"}) {
            Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = scope, .strict = true});
            for (uint32_t cpu = 0; cpu < 64; cpu++) {
                if (!(allowed >> cpu & 1))
                    continue;
                const uint64_t pod = siblings(t, scope, cpu);
                if (!pod)
                    continue;  // the machine does not say
                TestItem& item = t.item("the item");
                t.on_cpu(cpu, [&item, &wq] { item.queue(wq); });
                AWAIT(t, item.ended() == 1, "the item to run");
                WANT(t, pod >> item.last().cpu & 1, "scope %s: queued from CPU %u it ran on CPU %u", scope, cpu,
                     item.last().cpu);
                WANT(t, (item.last().cpus & ~pod) == 0, "scope %s: queued from CPU %u its worker may run on %llx",
                     scope, cpu, static_cast<unsigned long long>(item.last().cpus));
            }
        }
    }
};

struct Shards {
    static constexpr Promise kPromise = {
        112,
        "",
        "scope.cache-shards",
        "Cache shards lie in one last-level cache, split no SMT siblings, and differ by one core at most",
        "kernel/workqueue.c: llc_calc_shard_layout()",
        0,
        Fault::kSnapshotLies};

    static constexpr uint32_t kMost = 64;

    struct Shard {
        uint64_t cpus, cache;
        uint32_t cores;  // 0: not known
    };

    static void run(Trial& t)
    {
        const int type = wqlab_scope_of("cache_shard");
        SKIP_UNLESS(t, type >= 0, "this kernel has no cache shards");
        const Snapshot* now = t.snapshot(WQLAB_SECTION_SCOPES);
        if (!now)
            return;
        // The snapshot goes when the next thing is asked; the shards are few.
        Shard* shards = t.own<Shard, kMost>();
        if (!shards)
            return;
        uint32_t n = 0;
        for (const wqlab_snap_pod& pod : now->pods)
            if (pod.scope == static_cast<uint32_t>(type) && n < kMost && pod.cpus != WQLAB_NONE)
                shards[n++] = {now->masks.words()[pod.cpus * now->masks.words_each()], 0, 0};
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus() && cpu < 64; cpu++) {
            uint32_t in = 0;
            for (uint32_t i = 0; i < n; i++)
                in += shards[i].cpus >> cpu & 1;
            WANT(t, in == 1 || !wqlab_cpu_online(cpu), "CPU %u is in %u shards", cpu, in);
        }
        for (uint32_t i = 0; i < n; i++) {
            Shard& shard = shards[i];
            shard.cache = siblings(t, "cache", static_cast<uint32_t>(__builtin_ctzll(shard.cpus ? shard.cpus : 1)));
            WANT(t, !shard.cache || (shard.cpus & ~shard.cache) == 0, "shard %u is in more than one cache", i);
            bool known = true;
            for (uint32_t cpu = 0; cpu < 64; cpu++) {
                if (!(shard.cpus >> cpu & 1))
                    continue;
                const uint64_t core = siblings(t, "smt", cpu);
                WANT(t, (core & ~shard.cpus) == 0, "shard %u splits the core of CPU %u", i, cpu);
                known = known && core;  // the machine says nothing of CPUs that are offline
                shard.cores += core && static_cast<uint32_t>(__builtin_ctzll(core)) == cpu;
            }
            if (!known)
                shard.cores = 0;
            for (uint32_t j = 0; j < i; j++) {
                const bool comparable = shard.cache && shard.cache == shards[j].cache && shard.cores && shards[j].cores;
                WANT(t, !comparable || (shard.cores <= shards[j].cores + 1 && shards[j].cores <= shard.cores + 1),
                     "of one cache, shard %u has %u cores and shard %u has %u", j, shards[j].cores, i, shard.cores);
            }
        }
        t.note("%u shards", n);
    }
};

struct WorkersMayRunWhere {
    static constexpr Promise kPromise = {113,
                                         "",
                                         "scope.non-strict-may-leave",
                                         "Workers of a scope that is not strict may run on all CPUs of the workqueue, "
                                         "those of a strict one in their pod only",
                                         "Documentation/core-api/workqueue.rst: affinity_strict",
                                         0,
                                         Fault::kAttributesIgnored};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.online_cpus() > 1, "there is one CPU");
        const uint64_t all = unbound_cpus(t);
        if (!all)
            return;
        for (const bool strict : {false, true}) {
            Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "cpu", .strict = strict});
            TestItem& item = t.item("the item");
            const uint32_t cpu = first_of(all);
            item.queue_on(wq, cpu);
            AWAIT(t, item.ended() == 1, "the item to run");
            const uint64_t wanted = strict ? uint64_t{1} << cpu : all;
            WANT(t, (item.last().cpus & all) == wanted, "%s: the worker may run on %llx",
                 strict ? "strict" : "not strict", static_cast<unsigned long long>(item.last().cpus));
        }
    }
};

struct DefaultCanChange {
    static constexpr Promise kPromise = {
        122,
        "",
        "scope.default-can-change",
        "default_affinity_scope can be changed at run time and moves workqueues that use it; \"default\" is refused",
        "kernel/workqueue.c: wq_affn_dfl_set()",
        0,
        Fault::kStepIgnored};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.online_cpus() > 1, "there is one CPU");
        constexpr const char* kPath = "/sys/module/workqueue/parameters/default_affinity_scope";
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "default", .strict = true});
        int error = t.write(kPath, "cpu");
        SKIP_UNLESS(t, error == 0, "the parameter can't be written: error %d", error);
        for (uint32_t cpu = 0; cpu < 64; cpu++) {
            if (!(allowed >> cpu & 1))
                continue;
            TestItem& item = t.item("the item");
            item.queue_on(wq, cpu);
            AWAIT(t, item.ended() == 1, "the item to run");
            WANT(t, item.last().cpus == uint64_t{1} << cpu,
                 "the default is cpu, and from CPU %u the worker may run on %llx", cpu,
                 static_cast<unsigned long long>(item.last().cpus));
        }
        error = t.write(kPath, "default");
        WANT(t, error == number(Errno::kInvalid), "\"default\" gave error %d, not EINVAL", error);
    }
};

struct WorkersComeHome {
    static constexpr Promise kPromise = {
        193,
        "",
        "scope.worker-comes-home",
        "A worker of a scope that is not strict which has left its pod is put back there when it is given the next "
        "item, and that is counted; one that has not left is not",
        "Documentation/core-api/workqueue.rst: affinity_strict; kernel/workqueue.c: kick_pool_pick(), kick_pool(): "
        "PWQ_STAT_REPATRIATED",
        0,
        Fault::kAttributesIgnored};

    static constexpr uint32_t kRounds = 20;
    // Where the next item never ran at home in so many rounds, in which one just before did, its worker was not put
    // there: each would have been the scheduler's choice.
    static constexpr uint32_t kElsewhere = 16;

    static void move(TestItem&, void* cpu) { wqlab_move_to(*static_cast<uint32_t*>(cpu)); }

    struct Places {
        uint32_t home, away;
        uint32_t third;  // from where what is to run at home is queued: its own CPU is busy
    };
    struct Seen {
        uint64_t counted = 0;
        bool is_home = false, may_be_home = false;
    };

    static void queue_from(Trial& t, uint32_t cpu, Queue& wq, TestItem& item, uint32_t home)
    {
        t.on_cpu(cpu, [&wq, &item, home] { item.queue_on(wq, home); });
    }

    static void judge(Trial& t, Queue& wq, Places& places, Seen& seen)
    {
        TestItem& first = t.item("an item at home").on_run(move, &places.home);
        TestItem& stays = t.item("an item that stays");
        TestItem& leaver = t.item("an item that leaves its pod").on_run(move, &places.away);
        TestItem& next = t.item("the next item");
        for (TestItem* item : {&first, &stays, &leaver}) {
            queue_from(t, places.third, wq, *item, places.home);
            AWAIT(t, item->ended() == 1, "the item to run");
            t.linger();
        }
        seen.may_be_home = stays.last().cpu == places.home;
        const uint64_t before = stat_of(t, wq, WQLAB_PWQ_STAT_REPATRIATED);
        queue_from(t, places.third, wq, next, places.home);
        AWAIT(t, next.ended() == 1, "the next item to run");
        seen.counted = stat_of(t, wq, WQLAB_PWQ_STAT_REPATRIATED) - before;
        seen.is_home = next.last().cpu == places.home;
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        Places* const places = t.own<Places>();
        if (!places)
            return;
        // Far from it, for the scheduler likes to stay near by.
        const uint64_t others = allowed & (allowed - 1);
        const uint32_t last = 63 - static_cast<uint32_t>(__builtin_clzll(allowed));
        const bool has_third = has_two(others);
        *places = {first_of(allowed), last, first_of(others)};
        const uint32_t home = places->home;
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "cpu"});
        uint64_t counted = 0;
        uint32_t round = 0, elsewhere = 0;
        bool is_home = !has_third;
        // Who goes to sleep only after it was given the next item is left where it is: the kernel does its best only.
        for (; round < kRounds && !(counted && is_home); round++) {
            Seen seen;
            judge(t, wq, *places, seen);
            if (t.decided())
                return;
            WANT(t, seen.counted <= 1, "one worker that had left its pod was said to be put back %llu times",
                 static_cast<unsigned long long>(seen.counted));
            counted += seen.counted;
            is_home |= seen.counted && seen.is_home;
            elsewhere += has_third && seen.counted && seen.may_be_home && !seen.is_home;
        }
        WANT(t, counted, "of %u workers that had left their pod none was said to be put back", round);
        WANT(t, is_home || elsewhere < kElsewhere, "%u workers were said to be put back, and each was elsewhere",
             elsewhere);
        if (!is_home)
            t.note("whether they were put back could not be seen: CPU %u is busy", home);
        // Who is left to the scheduler passes as soon as that chooses the CPU: 1 - (23/24)^16 is a half.
        else if (has_third)
            t.note(
                "put back in round %u: one that is not is missed by one check of two if the scheduler chooses its "
                "CPU once in 24 times",
                round);
        // Of a scope that all CPUs are in there is nothing to leave. Where some CPUs are kept free, one that has just
        // been made may still be on such a CPU.
        constexpr uint32_t kItems = 6;
        Queue& whole = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "system"});
        for (uint32_t i = 0; i < kItems; i++) {
            TestItem& item = t.item("an item of the scope system").on_run(move, &places->away);
            item.queue_on(whole, home);
            AWAIT(t, item.ended() == 1, "the item to run");
        }
        const uint64_t moved = stat_of(t, whole, WQLAB_PWQ_STAT_REPATRIATED);
        WANT(t, moved <= 2 || t.decided(), "with the scope system, %llu of %u were said to be put back",
             static_cast<unsigned long long>(moved), kItems);
    }
};

constexpr Check kAll[] = {
    check_of<DefaultScope>(WQLAB_LACK_SCOPES),
    check_of<StrictCpu>(WQLAB_LACK_SCOPES),
    check_of<StrictStaysInside>(WQLAB_LACK_SCOPES),
    check_of<Shards>(WQLAB_LACK_SCOPES),
    check_of<WorkersMayRunWhere>(WQLAB_LACK_SCOPES),
    check_of<DefaultCanChange>(WQLAB_LACK_SCOPES),
    check_of<WorkersComeHome>(WQLAB_LACK_SCOPES | WQLAB_LACK_COUNTERS),
};

}  // namespace affinity

constinit const Group kAffinityChecks = group_of("affinity", affinity::kAll);

}  // namespace wqlab
