// SPDX-License-Identifier: GPL-2.0
// Whom the default scope is of, and whom not.
#include "../../glue/text.h"
#include "../../glue/workqueue.h"
#include "../scenes/look.hh"
#include "../scenes/unbound_cpus.hh"

namespace wqlab {

namespace default_scope {

constexpr const char* kParameter = "/sys/module/workqueue/parameters/default_affinity_scope";

struct OwnScopeIsKept {
    static constexpr Promise kPromise = {
        281,
        "",
        "scope.own-is-kept",
        "What is written to default_affinity_scope changes nothing of a workqueue that has a scope of its own, neither "
        "where its items go, nor what it has counted, nor what its file says; the file of one that has the default "
        "says what that is now",
        "kernel/workqueue.c: wqattrs_pod_type(), wq_affn_dfl_set(), unbound_wq_update_pwq(), wq_affn_scope_show()",
        0,
        Fault::kAttributesIgnored};

    // Has that scope, and always the same CPUs for what is queued on the CPU.
    struct Own {
        const char* scope;
        const char* name;
        uint64_t cpus;     // where its workers may run, of those that unbound ones may use
        uint64_t allowed;  // those
        Queue* wq = nullptr;
        uint64_t items = 0;  // that were queued on it
    };

    // False: it can't be read, and the trial is decided.
    static bool read_scope_of(Trial& t, const char* name)
    {
        char path[96];
        wqlab_format(path, sizeof(path), "/sys/devices/virtual/workqueue/%s/affinity_scope", name);
        const int error = t.read(path);
        if (error)
            t.fail("%s can't be read: error %d", path, error);
        return !error;
    }

    static void judge(Trial& t, Own& own, uint32_t cpu, const char* now)
    {
        TestItem& item = t.item("the item");
        item.queue_on(*own.wq, cpu);
        AWAIT(t, item.ended() == 1, "the item to run");
        own.items++;
        const uint64_t cpus = item.last().cpus & own.allowed;
        WANT(t, cpus == own.cpus,
             "its scope is %s, the default is now %s, and from CPU %u its worker may run on %llx, not %llx", own.scope,
             now, cpu, static_cast<unsigned long long>(cpus), static_cast<unsigned long long>(own.cpus));
        // What is replaced takes its counts with it. CPUs that leave or come back replace it, too.
        if (t.kernel().has(Field::kPwqStats)) {
            const uint64_t started = stat_of(t, *own.wq, WQLAB_PWQ_STAT_STARTED);
            SKIP_UNLESS(t, t.decided() || started == own.items || unbound_cpus(t) == own.allowed,
                        "CPUs were changed meanwhile");
            WANT(t, t.decided() || started == own.items,
                 "its scope is %s, the default is now %s, and of %u items it has counted %u", own.scope, now,
                 static_cast<uint32_t>(own.items), static_cast<uint32_t>(started));
        }
        if (t.decided() || !read_scope_of(t, own.name))
            return;
        char wanted[24];
        wqlab_format(wanted, sizeof(wanted), "%s\n", own.scope);
        WANT(t, same_text(t.text(), wanted), "its scope is %s, the default is now %s, and its file says %s", own.scope,
             now, t.text());
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        const uint32_t cpu = second_of(allowed);
        Own owns[] = {{"system", "wqlab-c281s", allowed, allowed}, {"cpu", "wqlab-c281c", uint64_t{1} << cpu, allowed}};
        for (Own& own : owns)
            own.wq = &t.queue(
                {.flags = WQLAB_WQ_UNBOUND | WQLAB_WQ_SYSFS, .scope = own.scope, .strict = true, .name = own.name});
        constexpr const char* kFollows = "wqlab-c281d";
        t.queue({.flags = WQLAB_WQ_UNBOUND | WQLAB_WQ_SYSFS, .scope = "default", .name = kFollows});
        for (const char* now : {"cpu", "system", "numa"}) {
            if (t.decided())
                return;
            const int error = t.write(kParameter, now);
            SKIP_UNLESS(t, error == 0, "the parameter can't be written: error %d", error);
            for (Own& own : owns)
                if (!t.decided())
                    judge(t, own, cpu, now);
            if (t.decided() || !read_scope_of(t, kFollows))
                return;
            char wanted[24], says[24] = {}, scope[16];
            wqlab_format(wanted, sizeof(wanted), "default (%s)\n", now);
            Text(says).add(t.text());
            // Somebody else may have written it.
            wqlab_format(scope, sizeof(scope), "%s\n", now);
            SKIP_UNLESS(t, t.read(kParameter) == 0 && same_text(t.text(), scope),
                        "the parameter was changed meanwhile");
            WANT(t, same_text(says, wanted), "the default is now %s, and the file of one that has it says %s", now,
                 says);
        }
    }
};

struct MaskHoldsMeanwhile {
    static constexpr Promise kPromise = {
        360,
        "",
        "scope.default-keeps-to-the-global-cpumask",
        "CPUs that unbound workqueues may not use stay out of their pools when default_affinity_scope is written, too: "
        "no pod has them, and no item may run there",
        "kernel/workqueue.c: unbound_wq_update_pwq(), wqattrs_actualize_cpumask(), wq_calc_pod_cpumask()",
        0,
        Fault::kStepIgnored};

    static void judge(Trial& t, const Queue& wq, uint64_t cpus, uint32_t cpu, const char* now)
    {
        const Snapshot* look = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        const wqlab_snap_pool* pool = look ? pool_of_cpu(*look, wq, cpu) : nullptr;
        if (t.decided())
            return;
        SKIP_UNLESS(t, pool && pool->pod_cpus != WQLAB_NONE && pool->cpus != WQLAB_NONE,
                    "it can't be seen where items of CPU %u go", cpu);
        const uint32_t each = look->masks.words_each();
        const uint64_t pod = look->masks.words()[pool->pod_cpus * each], all = look->masks.words()[pool->cpus * each];
        WANT(t, pod && !(pod & ~cpus),
             "unbound ones may use CPUs %llx, the default is now %s, and CPU %u's pod is %llx",
             static_cast<unsigned long long>(cpus), now, cpu, static_cast<unsigned long long>(pod));
        WANT(t, wq.shape().strict || all == cpus,
             "unbound ones may use CPUs %llx, the default is now %s, and CPU %u's pool has %llx",
             static_cast<unsigned long long>(cpus), now, cpu, static_cast<unsigned long long>(all));
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        // All but one, so that pods differ where there are three.
        const uint64_t cpus = allowed & (allowed - 1);
        Queue* const queues[] = {&t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "default"}),
                                 &t.queue({.flags = WQLAB_WQ_UNBOUND, .scope = "default", .strict = true})};
        UnboundCpus bounds(t);
        if (t.decided() || !bounds.write_mask(cpus))
            return;
        for (const char* now : {"cpu", "system", "numa"}) {
            const int error = t.write(kParameter, now);
            SKIP_UNLESS(t, error == 0, "the parameter can't be written: error %d", error);
            for (Queue* wq : queues)
                for (uint64_t left = allowed; left; left &= left - 1) {
                    const uint32_t cpu = first_of(left);
                    TestItem& item = t.item("the item");
                    item.queue_on(*wq, cpu);
                    AWAIT(t, item.ended() == 1, "the item to run");
                    const uint64_t may = item.last().cpus;
                    WANT(t, may && !(may & ~cpus) && (wq->shape().strict || may == cpus),
                         "unbound ones may use CPUs %llx, the default is now %s, and from CPU %u its worker may run on "
                         "%llx",
                         static_cast<unsigned long long>(cpus), now, cpu, static_cast<unsigned long long>(may));
                    judge(t, *wq, cpus, cpu, now);
                    if (t.decided())
                        return;
                }
        }
    }
};

constexpr Check kAll[] = {
    check_of<OwnScopeIsKept>(WQLAB_LACK_SCOPES),
    check_of<MaskHoldsMeanwhile>(WQLAB_LACK_SCOPES),
};

}  // namespace default_scope

constinit const Group kDefaultScopeChecks = group_of("affinity", default_scope::kAll);

}  // namespace wqlab
