// SPDX-License-Identifier: GPL-2.0
// Group K, continued: whom the default scope is of, and whom not.
#include "../glue/text.h"
#include "look.hh"

namespace wqlab {

namespace default_scope {

struct OwnScopeIsKept {
    static constexpr Promise kPromise = {
        281,
        "",
        "scope.own-is-kept",
        "What is written to default_affinity_scope changes nothing of a workqueue that has a scope of its own, neither "
        "where its items go nor what its file says; the file of one that has the default says what that is now",
        "kernel/workqueue.c: wqattrs_pod_type(), wq_affn_dfl_set(), wq_affn_scope_show()",
        0,
        Fault::kAttributesIgnored};

    // Has that scope, and always the same CPUs for what is queued on the CPU.
    struct Own {
        const char* scope;
        const char* name;
        uint64_t cpus;     // where its workers may run, of those that unbound ones may use
        uint64_t allowed;  // those
        Queue* wq = nullptr;
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

    static void judge(Trial& t, const Own& own, uint32_t cpu, const char* now)
    {
        TestItem& item = t.item("the item");
        item.queue_on(*own.wq, cpu);
        AWAIT(t, item.ended() == 1, "the item to run");
        const uint64_t cpus = item.last().cpus & own.allowed;
        WANT(t, cpus == own.cpus,
             "its scope is %s, the default is now %s, and from CPU %u its worker may run on %llx, not %llx", own.scope,
             now, cpu, static_cast<unsigned long long>(cpus), static_cast<unsigned long long>(own.cpus));
        if (!read_scope_of(t, own.name))
            return;
        char wanted[24];
        wqlab_format(wanted, sizeof(wanted), "%s\n", own.scope);
        WANT(t, same_text(t.text(), wanted), "its scope is %s, the default is now %s, and its file says %s", own.scope,
             now, t.text());
    }

    static void run(Trial& t)
    {
        constexpr const char* kPath = "/sys/module/workqueue/parameters/default_affinity_scope";
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
            const int error = t.write(kPath, now);
            SKIP_UNLESS(t, error == 0, "the parameter can't be written: error %d", error);
            for (const Own& own : owns)
                if (!t.decided())
                    judge(t, own, cpu, now);
            if (t.decided() || !read_scope_of(t, kFollows))
                return;
            char wanted[24], says[24] = {}, scope[16];
            wqlab_format(wanted, sizeof(wanted), "default (%s)\n", now);
            Text(says).add(t.text());
            // Somebody else may have written it.
            wqlab_format(scope, sizeof(scope), "%s\n", now);
            SKIP_UNLESS(t, t.read(kPath) == 0 && same_text(t.text(), scope), "the parameter was changed meanwhile");
            WANT(t, same_text(says, wanted), "the default is now %s, and the file of one that has it says %s", now,
                 says);
        }
    }
};

constexpr Check kAll[] = {
    check_of<OwnScopeIsKept>(WQLAB_LACK_SCOPES),
};

}  // namespace default_scope

constinit const Group kDefaultScopeChecks = group_of("affinity", default_scope::kAll);

}  // namespace wqlab
