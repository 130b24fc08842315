// SPDX-License-Identifier: GPL-2.0
// Group K: affinity scopes and attributes.
#include "errno.hh"
#include "unbound_cpus.hh"

namespace wqlab {

namespace affinity {

// "0-3,8" as bits; what is beyond 64 is left out.
inline uint64_t parse_list(const char* text)
{
    uint64_t cpus = 0;
    const auto number = [&] {
        uint32_t n = 0;
        for (; *text >= '0' && *text <= '9'; text++)
            n = n * 10 + static_cast<uint32_t>(*text - '0');
        return n;
    };
    while (*text >= '0' && *text <= '9') {
        const uint32_t first = number();
        uint32_t last = first;
        if (*text == '-') {
            text++;
            last = number();
        }
        for (uint32_t cpu = first; cpu <= last && cpu < 64; cpu++)
            cpus |= uint64_t{1} << cpu;
        text += *text == ',';
    }
    return cpus;
}

// The CPUs that share something with this one, by what the machine says of itself.
inline uint64_t siblings(Trial& t, const char* scope, uint32_t cpu)
{
    char path[96];
    if (same_text(scope, "cpu"))
        return uint64_t{1} << cpu;
    if (same_text(scope, "numa")) {
        uint64_t cpus = 0;
        for (uint32_t other = 0; other < wqlab_nr_cpus() && other < 64; other++)
            if (wqlab_cpu_node(other) == wqlab_cpu_node(cpu))
                cpus |= uint64_t{1} << other;
        return cpus;
    }
    if (same_text(scope, "smt")) {
        wqlab_format(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/topology/thread_siblings_list", cpu);
        return t.read(path) ? 0 : parse_list(t.text());
    }
    if (same_text(scope, "cache")) {
        for (int index = 4; index >= 0; index--) {
            wqlab_format(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/cache/index%d/shared_cpu_list", cpu, index);
            if (t.read(path) == 0)
                return parse_list(t.text());
        }
        return 0;
    }
    return ~uint64_t{0};
}

struct DefaultScope {
    static constexpr Promise kPromise = {
        109, "", "scope.default",
        "The default affinity scope is cache, on 7.x cache_shard",
        "Documentation/core-api/workqueue.rst: Affinity Scopes", 0, Fault::kStepLies};

    static void run(Trial& t)
    {
        const int error = t.read("/sys/module/workqueue/parameters/default_affinity_scope");
        SKIP_UNLESS(t, error == 0, "the parameter can't be read: error %d", error);
        const char* wanted = wqlab_scope_of("cache_shard") >= 0 ? "cache_shard\n" : "cache\n";
        WANT(t, same_text(t.text(), wanted), "it is %s", t.text());
    }
};

struct StrictStaysInside {
    static constexpr Promise kPromise = {
        111, "", "scope.strict-stays-inside",
        "With a strict scope (smt, cache, numa, system) an item runs inside the pod of the CPU that queued it",
        "Documentation/core-api/workqueue.rst: affinity_strict", 0, Fault::kWorkerLies};

    static void run(Trial& t)
    {
        for (const char* scope : {"smt", "cache", "numa", "system"}) {
            Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = scope, .strict = true});
            for (uint32_t cpu = 0; cpu < wqlab_nr_cpus() && cpu < 64; cpu++) {
                if (!wqlab_cpu_online(cpu))
                    continue;
                const uint64_t pod = siblings(t, scope, cpu);
                if (!pod)
                    continue;  // the machine does not say
                Probe& item = t.probe("the item");
                t.on_cpu(cpu, [&item, &wq] { item.queue(wq); });
                AWAIT(t, item.ended() == 1, "the item to run");
                WANT(t, pod >> item.last().cpu & 1, "scope %s: queued from CPU %u it ran on CPU %u", scope, cpu, item.last().cpu);
                WANT(t, (item.last().cpus & ~pod) == 0, "scope %s: queued from CPU %u its worker may run on %llx", scope, cpu,
                     static_cast<unsigned long long>(item.last().cpus));
            }
        }
    }
};

struct StrictCpu {
    static constexpr Promise kPromise = {
        110, "", "scope.strict-cpu",
        "With the strict scope cpu an item runs on the CPU that queued it",
        "Documentation/core-api/workqueue.rst: Affinity Scopes", 0, Fault::kQueueOtherCpu};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.online_cpus() > 1, "there is one CPU");
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "cpu", .strict = true});
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++) {
            if (!wqlab_cpu_online(cpu))
                continue;
            Probe& item = t.probe("the item");
            t.on_cpu(cpu, [&item, &wq] { item.queue(wq); });
            AWAIT(t, item.ended() == 1, "the item to run");
            WANT(t, item.last().cpu == cpu, "queued from CPU %u it ran on CPU %u", cpu, item.last().cpu);
        }
    }
};

struct Shards {
    static constexpr Promise kPromise = {
        112, "", "scope.cache-shards",
        "Cache shards lie in one last-level cache, split no SMT siblings, and differ by one core at most",
        "kernel/workqueue.c: llc_calc_shard_layout()", 0, Fault::kSnapshotLies};

    static void run(Trial& t)
    {
        const int type = wqlab_scope_of("cache_shard");
        SKIP_UNLESS(t, type >= 0, "this kernel has no cache shards");
        const Snapshot* now = t.snapshot(WQLAB_SECTION_SCOPES);
        if (!now)
            return;
        // The snapshot goes when the next thing is asked; the shards are few.
        uint64_t shards[64];
        uint32_t n = 0;
        for (const wqlab_snap_pod& pod : now->pods)
            if (pod.scope == static_cast<uint32_t>(type) && n < 64 && pod.cpus != WQLAB_NONE)
                shards[n++] = now->masks.words()[pod.cpus * now->masks.words_each()];
        for (uint32_t i = 0; i < n; i++) {
            const uint32_t first = static_cast<uint32_t>(__builtin_ctzll(shards[i] ? shards[i] : 1));
            const uint64_t cache = siblings(t, "cache", first);
            WANT(t, !cache || (shards[i] & ~cache) == 0, "shard %u is in more than one cache", i);
            for (uint32_t cpu = 0; cpu < 64; cpu++) {
                if (!(shards[i] >> cpu & 1))
                    continue;
                const uint64_t core = siblings(t, "smt", cpu);
                WANT(t, (core & ~shards[i]) == 0, "shard %u splits the core of CPU %u", i, cpu);
            }
        }
        t.note("%u shards", n);
    }
};

struct WorkersMayRunWhere {
    static constexpr Promise kPromise = {
        113, "", "scope.non-strict-may-leave",
        "Workers of a scope that is not strict may run on all CPUs of the workqueue, those of a strict one in their pod only",
        "Documentation/core-api/workqueue.rst: affinity_strict", 0, Fault::kAttributesIgnored};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.online_cpus() > 1, "there is one CPU");
        uint64_t all = 0;
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus() && cpu < 64; cpu++)
            all |= uint64_t{wqlab_cpu_online(cpu)} << cpu;
        for (const bool strict : {false, true}) {
            Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "cpu", .strict = strict});
            Probe& item = t.probe("the item");
            const uint32_t cpu = t.first_cpu();
            item.queue_on(wq, cpu);
            AWAIT(t, item.ended() == 1, "the item to run");
            const uint64_t wanted = strict ? uint64_t{1} << cpu : all;
            WANT(t, (item.last().cpus & all) == wanted, "%s: the worker may run on %llx", strict ? "strict" : "not strict",
                 static_cast<unsigned long long>(item.last().cpus));
        }
    }
};

struct CpumaskBounds {
    static constexpr Promise kPromise = {
        114, "", "attrs.cpumask-bounds",
        "Items run on the CPUs of the workqueue's cpumask only; if it has none that unbound ones may use, on those",
        "kernel/workqueue.c: wqattrs_actualize_cpumask()", 0, Fault::kAttributesIgnored};

    static void run(Trial& t)
    {
        const uint32_t here = t.first_cpu(), there = t.other_cpu(here);
        SKIP_UNLESS(t, here != there, "there is one CPU");
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .cpus = uint64_t{1} << there});
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++) {
            if (!wqlab_cpu_online(cpu))
                continue;
            Probe& item = t.probe("the item");
            item.queue_on(wq, cpu);
            AWAIT(t, item.ended() == 1, "the item to run");
            WANT(t, item.last().cpu == there, "its cpumask is CPU %u, and it ran on CPU %u", there, item.last().cpu);
        }
        UnboundCpus cpus(t);
        if (!cpus.restrict_to(here))
            return;
        Probe& item = t.probe("an item of a workqueue with no CPU left");
        item.queue(wq);
        AWAIT(t, item.ended() == 1, "the item to run");
        WANT(t, item.last().cpu == here, "unbound ones may use CPU %u, its cpumask is CPU %u, and it ran on CPU %u", here, there, item.last().cpu);
    }
};

struct GlobalMaskBounds {
    static constexpr Promise kPromise = {
        115, "", "attrs.global-cpumask-bounds",
        "The global cpumask bounds every unbound workqueue, ordered ones too, and no per-CPU one; it can't be empty",
        "kernel/workqueue.c: workqueue_set_unbound_cpumask()", 0, Fault::kStepIgnored};

    static void run(Trial& t)
    {
        const uint32_t here = t.first_cpu(), there = t.other_cpu(here);
        SKIP_UNLESS(t, here != there, "there is one CPU");
        Queue* const queues[] = {&t.queue({.flags = WQLAB_WQ_UNBOUND}), &t.queue({.flags = WQLAB_WQ_ORDERED}),
                                 &t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "cpu", .strict = true})};
        Queue& bound = t.queue();
        UnboundCpus cpus(t);
        if (!cpus.restrict_to(there))
            return;
        for (Queue* wq : queues) {
            for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++) {
                if (!wqlab_cpu_online(cpu))
                    continue;
                Probe& item = t.probe("the item");
                item.queue_on(*wq, cpu);
                AWAIT(t, item.ended() == 1, "the item to run");
                WANT(t, item.last().cpu == there, "unbound ones may use CPU %u, and it ran on CPU %u", there, item.last().cpu);
            }
        }
        Probe& item = t.probe("a per-CPU item");
        item.queue_on(bound, here);
        AWAIT(t, item.ended() == 1, "the per-CPU item to run");
        WANT(t, item.last().cpu == here, "a per-CPU item of CPU %u ran on CPU %u", here, item.last().cpu);
        const int error = t.write(UnboundCpus::kPath, "0");
        WANT(t, error == kInvalidArgument, "an empty mask gave error %d, not EINVAL", error);
    }
};

struct NiceIsGiven {
    static constexpr Promise kPromise = {
        116, "", "attrs.nice",
        "The workers have the workqueue's nice value; one out of range is refused",
        "kernel/workqueue.c: wq_nice_store()", 0, Fault::kAttributesIgnored};

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND | WQLAB_WQ_SYSFS, .name = "wqlab-c116"});
        for (const int nice : {-20, -1, 0, 5, 19}) {
            const int error = wq.apply("system", false, 0, nice);
            WANT(t, error == 0, "nice %d gave error %d", nice, -error);
            Probe& item = t.probe("the item");
            item.queue(wq);
            AWAIT(t, item.ended() == 1, "the item to run");
            WANT(t, item.last().nice == nice, "with nice %d its worker has %d", nice, item.last().nice);
        }
        for (const char* bad : {"20", "-21", "x"}) {
            const int error = t.write("/sys/devices/virtual/workqueue/wqlab-c116/nice", bad);
            WANT(t, error == kInvalidArgument, "nice \"%s\" gave error %d, not EINVAL", bad, error);
        }
    }
};

struct ScopeFile {
    static constexpr Promise kPromise = {
        117, "", "sysfs.affinity-scope-names",
        "affinity_scope takes the scopes' names, says what \"default\" means, and refuses anything else",
        "kernel/workqueue.c: parse_affn_scope()", 0, Fault::kStepLies,
        {"1abaae9b38a8: a name is compared as a prefix", WQLAB_FEATURE_BH_PERCPU}};

    static void run(Trial& t)
    {
        t.queue({.flags = WQLAB_WQ_UNBOUND | WQLAB_WQ_SYSFS, .is_private = false, .name = "wqlab-c117"});
        constexpr const char* kPath = "/sys/devices/virtual/workqueue/wqlab-c117/affinity_scope";
        WANT(t, t.read(kPath) == 0, "it can't be read");
        WANT(t, __builtin_memcmp(t.text(), "default (", 9) == 0, "at first it says %s", t.text());
        for (const char* name : {"cpu", "smt", "cache", "numa", "system"}) {
            char wanted[24];
            wqlab_format(wanted, sizeof(wanted), "%s\n", name);
            const int error = t.write(kPath, name);
            WANT(t, error == 0, "%s gave error %d", name, error);
            WANT(t, t.read(kPath) == 0 && same_text(t.text(), wanted), "written %s, it says %s", name, t.text());
        }
        for (const char* junk : {"nothing", "", "cachefoo", "systemic"}) {
            const int error = t.write(kPath, junk);
            WANT(t, error == kInvalidArgument || (!*junk && error == 0), "\"%s\" gave error %d, not EINVAL", junk, error);
        }
    }
};

struct ChangesLoseNothing {
    static constexpr Promise kPromise = {
        118, "", "attrs.changes-lose-nothing",
        "Items in flight while attributes change end, each once",
        "kernel/workqueue.c: apply_workqueue_attrs()", 0, Fault::kQueueLoses};

    static void run(Trial& t)
    {
        constexpr uint32_t kItems = 24, kTimes = 200;
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND});
        Probe** items = t.probes(kItems, "an item that queues itself", Probe::Body::kRequeue);
        uint32_t cpu = t.first_cpu();
        for (uint32_t i = 0; i < kItems; i++, cpu = t.other_cpu(cpu))
            items[i]->requeues(kTimes - 1).queue_on(wq, cpu);
        const auto ended = [&] {
            uint32_t n = 0;
            for (uint32_t i = 0; i < kItems; i++)
                n += items[i]->ended();
            return n;
        };
        uint32_t changes = 0;
        constexpr const char* kScopes[] = {"cpu", "smt", "cache", "numa", "system"};
        for (; ended() < kItems * kTimes && changes < 200 && !t.given_up(); changes++)
            if (const int error = wq.apply(kScopes[changes % 5], changes % 3 == 0, 0, 5 + static_cast<int>(changes % 4)))
                return t.fail("a change of attributes gave error %d", -error);
        AWAIT(t, ended() >= kItems * kTimes, "all items to run");
        wq.flush();
        WANT(t, ended() == kItems * kTimes, "%u executions were queued, and %u ran", kItems * kTimes, ended());
        for (uint32_t i = 0; i < kItems; i++)
            WANT(t, items[i]->overlapped() == 1, "an item ran twice at once");
        t.note("%u executions, %u changes", ended(), changes);
    }
};

struct SysfsFiles {
    static constexpr Promise kPromise = {
        119, "", "sysfs.files",
        "WQ_SYSFS makes a directory with the files of its kind, max_active takes positive numbers, and it goes with the workqueue",
        "kernel/workqueue.c: workqueue_sysfs_register()", 0, Fault::kStepLies};

    static bool has(const char* list, const char* name)
    {
        const size_t length = __builtin_strlen(name);
        for (const char* at = list; *at;) {
            const char* end = at;
            while (*end && *end != '\n')
                end++;
            if (static_cast<size_t>(end - at) == length && __builtin_memcmp(at, name, length) == 0)
                return true;
            at = *end ? end + 1 : end;
        }
        return false;
    }

    static void run(Trial& t)
    {
        struct {
            uint32_t flags;
            const char* name;
            const char* directory;
            bool unbound;
        } const kinds[] = {{WQLAB_WQ_SYSFS, "wqlab-c119p", "/sys/devices/virtual/workqueue/wqlab-c119p", false},
                           {WQLAB_WQ_SYSFS | WQLAB_WQ_UNBOUND, "wqlab-c119u", "/sys/devices/virtual/workqueue/wqlab-c119u", true}};
        for (const auto& kind : kinds) {
            Queue& wq = t.queue({.flags = kind.flags, .is_private = false, .name = kind.name});
            const int error = t.list(kind.directory);
            WANT(t, error == 0, "%s can't be listed: error %d", kind.directory, error);
            WANT(t, !has(t.text(), "lies"), "it has a file called lies");
            WANT(t, has(t.text(), "per_cpu") && has(t.text(), "max_active"), "there is no per_cpu or max_active");
            for (const char* file : {"nice", "cpumask", "affinity_scope", "affinity_strict"})
                WANT(t, has(t.text(), file) == kind.unbound, "%s: %s is%s there", kind.name, file, kind.unbound ? " not" : "");
            char path[96];
            wqlab_format(path, sizeof(path), "%s/max_active", kind.directory);
            for (const char* bad : {"0", "-1"})
                WANT(t, t.write(path, bad) == kInvalidArgument, "max_active %s was not refused with EINVAL", bad);
            WANT(t, t.write(path, "3") == 0 && t.read(path) == 0 && same_text(t.text(), "3\n"), "written 3, max_active is %s", t.text());
            wq.destroy();
            WANT(t, t.read(path) != 0, "%s is still there", path);
        }
    }
};

struct SysfsSameName {
    static constexpr Promise kPromise = {
        120, "", "sysfs.same-name-is-refused",
        "A second WQ_SYSFS workqueue of one name is refused, and the first one goes on",
        "kernel/workqueue.c: __alloc_workqueue()", WQLAB_CHECK_NEGATIVE, Fault::kQueueLoses};

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_SYSFS, .name = "wqlab-c120"});
        workqueue_struct* second = wqlab_wq_create("wqlab-c120", WQLAB_WQ_SYSFS, 0);
        if (second)
            wqlab_wq_destroy(second);
        WANT(t, !second, "there were two");
        t.probe("an item before").queue(wq);
        Probe& item = t.probe("the item");
        item.queue(wq);
        AWAIT(t, item.ended() == 1, "an item of the first one to run");
    }
};

struct PowerEfficient {
    static constexpr Promise kPromise = {
        121, "", "alloc.power-efficient",
        "WQ_POWER_EFFICIENT is per-CPU unless workqueue.power_efficient is set, then unbound",
        "include/linux/workqueue.h: WQ_POWER_EFFICIENT", 0, Fault::kStepLies};

    static void run(Trial& t)
    {
        const int error = t.read("/sys/module/workqueue/parameters/power_efficient");
        SKIP_UNLESS(t, error == 0, "the parameter can't be read: error %d", error);
        const bool set = t.text()[0] == 'Y';
        Queue& wq = t.queue({.flags = WQLAB_WQ_POWER_EFFICIENT | WQLAB_WQ_SYSFS, .name = "wqlab-c121"});
        (void)wq;
        WANT(t, t.read("/sys/devices/virtual/workqueue/wqlab-c121/per_cpu") == 0, "per_cpu can't be read");
        WANT(t, same_text(t.text(), set ? "0\n" : "1\n"), "power_efficient is %d and per_cpu %s", set, t.text());
    }
};

struct DefaultCanChange {
    static constexpr Promise kPromise = {
        122, "", "scope.default-can-change",
        "default_affinity_scope can be changed at run time and moves workqueues that use it; \"default\" is refused",
        "kernel/workqueue.c: wq_affn_dfl_set()", 0, Fault::kStepIgnored};

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.online_cpus() > 1, "there is one CPU");
        constexpr const char* kPath = "/sys/module/workqueue/parameters/default_affinity_scope";
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "default", .strict = true});
        int error = t.write(kPath, "cpu");
        SKIP_UNLESS(t, error == 0, "the parameter can't be written: error %d", error);
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++) {
            if (!wqlab_cpu_online(cpu))
                continue;
            Probe& item = t.probe("the item");
            item.queue_on(wq, cpu);
            AWAIT(t, item.ended() == 1, "the item to run");
            WANT(t, item.last().cpus == uint64_t{1} << cpu, "the default is cpu, and from CPU %u the worker may run on %llx", cpu,
                 static_cast<unsigned long long>(item.last().cpus));
        }
        error = t.write(kPath, "default");
        WANT(t, error == kInvalidArgument, "\"default\" gave error %d, not EINVAL", error);
    }
};

constexpr Check kAll[] = {
    check_of<DefaultScope>(),
    check_of<StrictCpu>(),
    check_of<StrictStaysInside>(),
    check_of<Shards>(),
    check_of<WorkersMayRunWhere>(),
    check_of<CpumaskBounds>(),
    check_of<GlobalMaskBounds>(),
    check_of<NiceIsGiven>(),
    check_of<ScopeFile>(),
    check_of<ChangesLoseNothing>(),
    check_of<SysfsFiles>(),
    check_of<SysfsSameName>(),
    check_of<PowerEfficient>(),
    check_of<DefaultCanChange>(),
};

}  // namespace affinity

constinit const Group kAffinityChecks = group_of("affinity", affinity::kAll);

}  // namespace wqlab
