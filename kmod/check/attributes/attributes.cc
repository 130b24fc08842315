// SPDX-License-Identifier: GPL-2.0
// Cpumask, nice, and the files that set them.
#include "../../glue/cpu.h"
#include "../../glue/text.h"
#include "../../glue/workqueue.h"
#include "../scenes/look.hh"
#include "../scenes/unbound_cpus.hh"

namespace wqlab {

namespace attributes {

struct CpumaskBounds {
    static constexpr Promise kPromise = {
        114,
        "",
        "attrs.cpumask-bounds",
        "Items run on the CPUs of the workqueue's cpumask only; if it has none that unbound ones may use, on those",
        "kernel/workqueue.c: wqattrs_actualize_cpumask()",
        0,
        Fault::kAttributesIgnored};

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        const uint32_t here = first_of(allowed), there = second_of(allowed);
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .cpus = uint64_t{1} << there});
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++) {
            if (!wqlab_cpu_online(cpu))
                continue;
            TestItem& item = t.item("the item");
            item.queue_on(wq, cpu);
            AWAIT(t, item.ended() == 1, "the item to run");
            WANT(t, item.last().cpu == there, "its cpumask is CPU %u, and it ran on CPU %u", there, item.last().cpu);
            WANT(t, item.last().cpus == uint64_t{1} << there, "its cpumask is CPU %u, and its worker may run on %llx",
                 there, static_cast<unsigned long long>(item.last().cpus));
        }
        UnboundCpus cpus(t);
        if (!cpus.restrict_to(here))
            return;
        TestItem& item = t.item("an item of a workqueue with no CPU left");
        item.queue(wq);
        AWAIT(t, item.ended() == 1, "the item to run");
        WANT(t, item.last().cpu == here, "unbound ones may use CPU %u, its cpumask is CPU %u, and it ran on CPU %u",
             here, there, item.last().cpu);
        WANT(t, item.last().cpus == uint64_t{1} << here,
             "unbound ones may use CPU %u, its cpumask is CPU %u, and its worker may run on %llx", here, there,
             static_cast<unsigned long long>(item.last().cpus));
    }
};

struct GlobalMaskBounds {
    static constexpr Promise kPromise = {
        115,
        "",
        "attrs.global-cpumask-bounds",
        "The global cpumask bounds every unbound workqueue, ordered ones too, and no per-CPU one; it can't be empty",
        "kernel/workqueue.c: workqueue_set_unbound_cpumask()",
        0,
        Fault::kStepIgnored};

    static void run(Trial& t)
    {
        const uint32_t here = t.first_cpu(), there = t.other_cpu(here);
        SKIP_UNLESS(t, here != there, "there is one CPU");
        Queue* queues[3] = {&t.queue({.flags = WQLAB_WQ_UNBOUND})};
        // 4c065dbce1e8, 6.9: before, an ordered one kept the pool that it was made with.
        if (t.kernel().has(Field::kPwqPlugged))
            queues[1] = &t.queue({.flags = WQLAB_WQ_ORDERED});
        if (!(wqlab_lacks() & WQLAB_LACK_SCOPES))
            queues[2] = &t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "cpu", .strict = true});
        Queue& bound = t.queue();
        UnboundCpus cpus(t);
        if (!cpus.restrict_to(there))
            return;
        for (Queue* wq : queues) {
            for (uint32_t cpu = 0; wq && cpu < wqlab_nr_cpus(); cpu++) {
                if (!wqlab_cpu_online(cpu))
                    continue;
                TestItem& item = t.item("the item");
                item.queue_on(*wq, cpu);
                AWAIT(t, item.ended() == 1, "the item to run");
                WANT(t, item.last().cpu == there, "unbound ones may use CPU %u, and it ran on CPU %u", there,
                     item.last().cpu);
                WANT(t, item.last().cpus == uint64_t{1} << there, "unbound ones may use CPU %u, and its worker %llx",
                     there, static_cast<unsigned long long>(item.last().cpus));
            }
        }
        TestItem& item = t.item("a per-CPU item");
        item.queue_on(bound, here);
        AWAIT(t, item.ended() == 1, "the per-CPU item to run");
        WANT(t, item.last().cpu == here, "a per-CPU item of CPU %u ran on CPU %u", here, item.last().cpu);
        const int error = t.write(UnboundCpus::kPath, "0");
        WANT(t, error == number(Errno::kInvalid), "an empty mask gave error %d, not EINVAL", error);
    }
};

struct NiceIsGiven {
    static constexpr Promise kPromise = {116,
                                         "",
                                         "attrs.nice",
                                         "The workers have the workqueue's nice value; one out of range is refused",
                                         "kernel/workqueue.c: wq_nice_store()",
                                         0,
                                         Fault::kAttributesIgnored};

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND | WQLAB_WQ_SYSFS, .name = "wqlab-c116"});
        for (const int nice : {-20, -1, 0, 5, 19}) {
            const int error = wq.apply("system", false, 0, nice);
            WANT(t, error == 0, "nice %d gave error %d", nice, -error);
            TestItem& item = t.item("the item");
            item.queue(wq);
            AWAIT(t, item.ended() == 1, "the item to run");
            WANT(t, item.last().nice == nice, "with nice %d its worker has %d", nice, item.last().nice);
        }
        // The file does what the function does.
        WANT(t, t.write("/sys/devices/virtual/workqueue/wqlab-c116/nice", "-3") == 0, "nice -3 could not be written");
        TestItem& written = t.item("the item");
        written.queue(wq);
        AWAIT(t, written.ended() == 1, "the item to run");
        WANT(t, written.last().nice == -3, "written nice -3, its worker has %d", written.last().nice);
        for (const char* bad : {"20", "-21", "x"}) {
            const int error = t.write("/sys/devices/virtual/workqueue/wqlab-c116/nice", bad);
            WANT(t, error == number(Errno::kInvalid), "nice \"%s\" gave error %d, not EINVAL", bad, error);
        }
    }
};

struct ScopeFile {
    static constexpr Promise kPromise = {
        117,
        "",
        "sysfs.affinity-scope-names",
        "affinity_scope takes the scopes' names, says what \"default\" means, and refuses anything else",
        "kernel/workqueue.c: parse_affn_scope()",
        0,
        Fault::kStepLies,
        {"1abaae9b38a8: a name is compared as a prefix", 0, 0, true}};

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
            WANT(t, error == number(Errno::kInvalid) || (!*junk && error == 0), "\"%s\" gave error %d, not EINVAL",
                 junk, error);
        }
    }
};

struct ChangesLoseNothing {
    static constexpr Promise kPromise = {118,
                                         "",
                                         "attrs.changes-lose-nothing",
                                         "Items in flight while attributes change end, each once",
                                         "kernel/workqueue.c: apply_workqueue_attrs()",
                                         0,
                                         Fault::kQueueLoses};

    static void run(Trial& t)
    {
        constexpr uint32_t kItems = 24, kTimes = 200;
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND});
        const Items items = t.items(kItems, "an item that queues itself", TestItem::Body::kRequeue);
        uint32_t cpu = t.first_cpu();
        for (uint32_t i = 0; i < kItems; i++, cpu = t.other_cpu(cpu))
            items[i]->requeues(kTimes - 1).queue_on(wq, cpu);
        const auto ended = [items] { return executions(items, kItems); };
        uint32_t changes = 0;
        constexpr const char* kScopes[] = {"system", "numa", "cpu", "smt", "cache"};
        const uint32_t n = wqlab_lacks() & WQLAB_LACK_SCOPES ? 2 : 5;
        for (; ended() < kItems * kTimes && changes < 200 && !t.given_up(); changes++)
            if (const int error = wq.apply(kScopes[changes % n], changes % 3 == 0, 0,
                                           5 + static_cast<int>(changes % 4)))
                return t.fail("a change of attributes gave error %d", -error);
        AWAIT(t, ended() >= kItems * kTimes, "all items to run");
        wq.flush();
        WANT(t, ended() == kItems * kTimes, "%u executions were queued, and %u ran", kItems * kTimes, ended());
        for (uint32_t i = 0; i < kItems; i++)
            WANT(t, items[i]->overlapped() == 1, "an item ran twice at once");
        t.tried(changes, "changing attributes of a workqueue with items in flight");
        t.note("%u executions meanwhile", ended());
    }
};

struct SysfsFiles {
    static constexpr Promise kPromise = {119,
                                         "",
                                         "sysfs.files",
                                         "WQ_SYSFS makes a directory with the files of its kind, max_active takes "
                                         "positive numbers, and it goes with the workqueue",
                                         "kernel/workqueue.c: workqueue_sysfs_register()",
                                         0,
                                         Fault::kStepLies};

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

    // What is written to the files is what the workers get.
    static void confine(Trial& t, Queue& wq, const char* directory)
    {
        const uint64_t allowed = unbound_cpus(t);
        if (!has_two(allowed))
            return;
        const uint32_t cpu = first_of(allowed), other = second_of(allowed);
        const auto write = [&](const char* file, const char* text) {
            char path[96];
            wqlab_format(path, sizeof(path), "%s/%s", directory, file);
            const int error = t.write(path, text);
            if (error)
                t.fail("%s could not be written to %s: error %d", text, path, error);
            return error == 0;
        };
        const auto may_run_on = [&](uint64_t cpus) {
            TestItem& item = t.item("the item");
            item.queue_on(wq, cpu);
            if (!t.wait([&] { return item.ended() == 1; }, "the item to run"))
                return;
            if (item.last().cpus != cpus)
                t.fail("by what was written to sysfs its workers may run on %llx, and run on %llx",
                       static_cast<unsigned long long>(cpus), static_cast<unsigned long long>(item.last().cpus));
        };
        const bool scopes = !(wqlab_lacks() & WQLAB_LACK_SCOPES);
        if (!write("nice", "6"))
            return;
        if (scopes) {
            if (!write("affinity_scope", "cpu") || !write("affinity_strict", "1"))
                return;
            may_run_on(uint64_t{1} << cpu);
        }
        char mask[24];
        wqlab_format(mask, sizeof(mask), "%x", 1u << other);
        if (t.decided() || other >= 32 || !write("cpumask", mask) || (scopes && !write("affinity_strict", "0")))
            return;
        may_run_on(uint64_t{1} << other);
    }

    static void run(Trial& t)
    {
        struct {
            uint32_t flags;
            const char* name;
            const char* directory;
            bool unbound;
        } const kinds[] = {
            {WQLAB_WQ_SYSFS, "wqlab-c119p", "/sys/devices/virtual/workqueue/wqlab-c119p", false},
            {WQLAB_WQ_SYSFS | WQLAB_WQ_UNBOUND, "wqlab-c119u", "/sys/devices/virtual/workqueue/wqlab-c119u", true}};
        for (const auto& kind : kinds) {
            Queue& wq = t.queue({.flags = kind.flags, .is_private = false, .name = kind.name});
            const int error = t.list(kind.directory);
            WANT(t, error == 0, "%s can't be listed: error %d", kind.directory, error);
            WANT(t, !has(t.text(), "lies"), "it has a file called lies");
            WANT(t, has(t.text(), "per_cpu") && has(t.text(), "max_active"), "there is no per_cpu or max_active");
            const bool scopes = !(wqlab_lacks() & WQLAB_LACK_SCOPES);
            const char* const files[] = {"nice", "cpumask", scopes ? "affinity_scope" : "numa", "affinity_strict"};
            for (uint32_t i = 0; i < (scopes ? 4 : 3); i++)
                WANT(t, has(t.text(), files[i]) == kind.unbound, "%s: %s is%s there", kind.name, files[i],
                     kind.unbound ? " not" : "");
            char path[96];
            wqlab_format(path, sizeof(path), "%s/max_active", kind.directory);
            for (const char* bad : {"0", "-1"})
                WANT(t, t.write(path, bad) == number(Errno::kInvalid), "max_active %s was not refused with EINVAL",
                     bad);
            WANT(t, t.write(path, "3") == 0 && t.read(path) == 0 && same_text(t.text(), "3\n"),
                 "written 3, max_active is %s", t.text());
            if (kind.unbound) {
                confine(t, wq, kind.directory);
                if (t.decided())
                    return;
            }
            wq.destroy();
            WANT(t, t.read(path) != 0, "%s is still there", path);
        }
    }
};

struct SysfsSameName {
    static constexpr Promise kPromise = {
        120,
        "",
        "sysfs.same-name-is-refused",
        "A second WQ_SYSFS workqueue of one name is refused, and the first one goes on",
        "kernel/workqueue.c: __alloc_workqueue()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kQueueLoses};

    static void run(Trial& t)
    {
        Queue& wq = t.queue({.flags = WQLAB_WQ_SYSFS, .name = "wqlab-c120"});
        workqueue_struct* second = wqlab_wq_create("wqlab-c120", WQLAB_WQ_SYSFS, 0);
        if (second)
            wqlab_wq_destroy(second);
        WANT(t, !second, "there were two");
        t.item("an item before").queue(wq);
        TestItem& item = t.item("the item");
        item.queue(wq);
        AWAIT(t, item.ended() == 1, "an item of the first one to run");
    }
};

struct PowerEfficient {
    static constexpr Promise kPromise = {
        121,
        "",
        "alloc.power-efficient",
        "WQ_POWER_EFFICIENT is per-CPU unless workqueue.power_efficient is set, then unbound; without that flag it is "
        "per-CPU either way; of its other flags it loses none",
        "include/linux/workqueue.h: WQ_POWER_EFFICIENT",
        0,
        Fault::kStepLies};

    static void keeps_its_flags(Trial& t, bool is_unbound)
    {
        constexpr uint32_t kFlags = WQLAB_WQ_POWER_EFFICIENT | WQLAB_WQ_HIGHPRI | WQLAB_WQ_MEM_RECLAIM |
                                    WQLAB_WQ_FREEZABLE | WQLAB_WQ_CPU_INTENSIVE;
        constexpr int32_t kMost = 3;
        const Queue& wq = t.queue({.flags = kFlags, .max_active = kMost});
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        const wqlab_snap_workqueue* row = now ? row_of(*now, wq) : nullptr;
        const wqlab_snap_pool* pool = now ? pool_of_cpu(*now, wq, t.first_cpu()) : nullptr;
        SKIP_UNLESS(t, row && pool, "the snapshot does not show the check's own workqueue");
        const uint32_t wanted = kFlags | (is_unbound ? uint32_t{WQLAB_WQ_UNBOUND} : 0);
        const uint32_t flags = row->flags & (kFlags | WQLAB_WQ_UNBOUND);
        WANT(t, flags == wanted, "power_efficient is %d, and of flags %x it has %x", is_unbound, wanted, flags);
        WANT(t, row->max_active == kMost, "made with max_active %d it has %d", kMost, row->max_active);
        WANT(t, pool->nice == -20 && (pool->cpu < 0) == is_unbound, "its pool is of CPU %d and of nice %d", pool->cpu,
             pool->nice);
    }

    static void run(Trial& t)
    {
        const int error = t.read("/sys/module/workqueue/parameters/power_efficient");
        SKIP_UNLESS(t, error == 0, "the parameter can't be read: error %d", error);
        const bool set = t.text()[0] == 'Y';
        t.queue({.flags = WQLAB_WQ_POWER_EFFICIENT | WQLAB_WQ_SYSFS, .name = "wqlab-c121"});
        WANT(t, t.read("/sys/devices/virtual/workqueue/wqlab-c121/per_cpu") == 0, "per_cpu can't be read");
        WANT(t, same_text(t.text(), set ? "0\n" : "1\n"), "power_efficient is %d and per_cpu %s", set, t.text());
        keeps_its_flags(t, set);
        if (t.decided())
            return;
        t.queue({.flags = WQLAB_WQ_SYSFS, .name = "wqlab-c121p"});
        WANT(t, t.read("/sys/devices/virtual/workqueue/wqlab-c121p/per_cpu") == 0, "per_cpu can't be read");
        WANT(t, same_text(t.text(), "1\n"), "power_efficient is %d, and without the flag per_cpu is %s", set, t.text());
    }
};

constexpr Check kAll[] = {
    check_of<CpumaskBounds>(),      check_of<GlobalMaskBounds>(),
    check_of<NiceIsGiven>(),        check_of<ScopeFile>(WQLAB_LACK_SCOPES),
    check_of<ChangesLoseNothing>(), check_of<SysfsFiles>(),
    check_of<SysfsSameName>(),      check_of<PowerEfficient>(),
};

}  // namespace attributes

constinit const Group kAttributesChecks = group_of("attributes", attributes::kAll);

}  // namespace wqlab
