// SPDX-License-Identifier: GPL-2.0
// A pod's pool that can't be made.
#include "../../glue/text.h"
#include "../../glue/time.h"
#include "../../glue/workqueue.h"
#include "../harness/kernel_log.hh"
#include "../scenes/scarce_threads.hh"

namespace wqlab {

namespace fallback {

struct ToAllItsCpus {
    static constexpr Promise kPromise = {
        375,
        "",
        "scope.falls-back-to-all-cpus",
        "Where no worker can be made for a pod's pool when the default scope changes, that pod's items go to the "
        "workqueue's pool of all its CPUs, the log names the workqueue, and its pods are there once workers can be "
        "made and the scope is set again",
        "kernel/workqueue.c: unbound_wq_update_pwq(), wq_affn_dfl_set()",
        WQLAB_CHECK_MEMORY,
        Fault::kLogIsSilent};

    static constexpr const char* kPath = "/sys/module/workqueue/parameters/default_affinity_scope";

    struct Seen {
        int32_t pools[2];         // where items of the two CPUs go
        uint64_t pods[2];         // the first CPUs of those
        uint32_t slots, refcnts;  // how many CPUs it has, and how often its pool_workqueues are referred to
    };

    // False: it can't be seen, and the trial is decided.
    static bool look(Trial& t, const Queue& wq, const uint32_t (&cpus)[2], Seen& seen)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        const wqlab_snap_workqueue* row = now ? row_of(*now, wq) : nullptr;
        seen = {};
        for (uint32_t i = 0; i < 2; i++) {
            const wqlab_snap_pool* pool = row ? pool_of_cpu(*now, wq, cpus[i]) : nullptr;
            if (!pool || pool->pod_cpus == WQLAB_NONE) {
                t.skip("the snapshot does not show the pools of the check's own workqueue");
                return false;
            }
            seen.pools[i] = pool->id;
            seen.pods[i] = now->masks.words()[pool->pod_cpus * now->masks.words_each()];
        }
        for (const wqlab_snap_cpu_pwq& at : now->cpu_pwqs)
            seen.slots += &now->workqueues[at.workqueue] == row;
        for (uint32_t i = 0; i < row->nr_pwqs; i++)
            seen.refcnts += static_cast<uint32_t>(now->pwqs[row->first_pwq + i].refcnt);
        return !t.decided();
    }

    static bool set_scope(Trial& t, const char* scope)
    {
        const int error = t.ask(WQLAB_STEP_WRITE, kPath, scope);
        if (error)
            t.skip("the parameter can't be written: error %d", error);
        return !error;
    }

    static void run_on_each(Trial& t, Queue& wq, const uint32_t (&cpus)[2])
    {
        const Items items = t.items(2, "an item");
        for (uint32_t i = 0; i < 2; i++)
            items[i]->queue_on(wq, cpus[i]);
        AWAIT(t, executions(items, 2) == 2, "an item of each CPU to run");
    }

    static void run(Trial& t)
    {
        const uint64_t allowed = unbound_cpus(t);
        SKIP_UNLESS(t, has_two(allowed), "unbound workqueues may use one CPU");
        // Neither is anybody else's: one of such a name might be named as well.
        int nice = Queue::kPrivateNice;
        while (nice < 19 && have_others_pools_of(t, nice))
            nice++;
        char* const name = t.own<char, 24>();
        if (!name)
            return;
        wqlab_format(name, 24, "wqlab-c375-%x", static_cast<uint32_t>(wqlab_now()));
        const uint32_t cpus[2] = {first_of(allowed), second_of(allowed)};
        const uint64_t pods[2] = {uint64_t{1} << cpus[0], uint64_t{1} << cpus[1]};
        // With the first of these the pod of one CPU is there, with the next ones everybody else's pods are.
        Queue& one = t.queue({.flags = WQLAB_WQ_UNBOUND, .is_private = false});
        for (const uint32_t flags : {0u, uint32_t{WQLAB_WQ_HIGHPRI}})
            t.queue({.flags = WQLAB_WQ_UNBOUND | flags, .is_private = false, .scope = "cpu"});
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .is_private = false, .name = name});
        if (t.decided())
            return;
        int error = one.apply("cpu", true, pods[0], nice);
        error = error ? error : wq.apply("default", true, pods[0] | pods[1], nice);
        SKIP_UNLESS(t, !error, "attributes can't be set: error %d", -error);
        error = t.write(kPath, "system");
        SKIP_UNLESS(t, !error, "the parameter can't be written: error %d", error);
        Seen before, scarce, after;
        if (!look(t, wq, cpus, before))
            return;
        SKIP_UNLESS(t, before.pools[0] == before.pools[1] && before.pods[0] == (pods[0] | pods[1]),
                    "the parameter was changed meanwhile");
        char words[80];
        wqlab_format(words, sizeof(words), "allocation failed while updating CPU pod affinity of \"%s\"", name);
        const KernelLog<LinesWith> log(t, words);
        {
            const NoNewThreads no_threads(t);
            if (t.decided() || !set_scope(t, "cpu") || !look(t, wq, cpus, scarce))
                return;
        }
        const uint32_t lines = log.count();
        SKIP_UNLESS(t, scarce.pods[1] != pods[1], "threads ended meanwhile");
        WANT(t, scarce.pools[1] == before.pools[1], "the pod of CPU %u can't be made, and its items go to CPUs %llx",
             cpus[1], static_cast<unsigned long long>(scarce.pods[1]));
        WANT(t, scarce.pods[0] == pods[0], "items of CPU %u, whose pod is there, go to CPUs %llx", cpus[0],
             static_cast<unsigned long long>(scarce.pods[0]));
        WANT(t, lines == 1, "of one pod that could not be made the log names %u", lines);
        // Each CPU's slot has one, and so has the workqueue for itself.
        WANT(t, scarce.refcnts == scarce.slots + 1, "of %u CPUs, its pool_workqueues are referred to %u times",
             scarce.slots, scarce.refcnts);
        run_on_each(t, wq, cpus);
        if (t.decided() || !set_scope(t, "cpu") || !look(t, wq, cpus, after))
            return;
        for (uint32_t i = 0; i < 2; i++)
            WANT(t, after.pods[i] == pods[i], "now that workers can be made, CPU %u is in a pod of %llx", cpus[i],
                 static_cast<unsigned long long>(after.pods[i]));
        run_on_each(t, wq, cpus);
    }
};

constexpr Check kAll[] = {
    // Before Linux 6.10 a strict pool has its workqueue's CPUs, and is nobody else's.
    check_of<ToAllItsCpus>(WQLAB_LACK_SCOPES | WQLAB_LACK_DISABLE),
};

}  // namespace fallback

constinit const Group kFallbackChecks = group_of("affinity", fallback::kAll);

}  // namespace wqlab
