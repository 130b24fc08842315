// SPDX-License-Identifier: GPL-2.0
// Group I, continued: workers and rescuers that have nothing to do.
#include "idle_pool.hh"
#include "proc_stat.hh"

namespace wqlab {

namespace resting {

struct WhoHasNothingToDo {
    static constexpr Promise kPromise = {
        338,
        "",
        "workers.sleep-when-idle",
        "A worker that is new and the rescuer of a new workqueue, which have nothing to do, sleep, as what idles: they "
        "count neither as running nor as waiting for something",
        "kernel/workqueue.c: create_worker(), worker_thread(), rescuer_thread()",
        0,
        Fault::kStepLies};

    // before: what its name began with before 6.9.
    static void judge(Trial& t, int32_t pid, const char* who, const char* command, const char* before)
    {
        const bool lies = t.has_fault(Fault::kStepLies);
        const char* stat = nullptr;
        AWAIT(t,
              !((stat = stat_of_thread(t, pid, command)) || (stat = stat_of_thread(t, pid, before))) || *stat == 'I' ||
                  lies,
              "it to sleep as one idle");
        SKIP_UNLESS(t, stat || lies || t.decided(), "/proc does not show a thread of the kernel");
        WANT(t, stat && *stat == 'I', "%s, %d, is not asleep as what idles", who, pid);
    }

    static void run(Trial& t)
    {
        Queue& wq = idle::queue_with_new_pool(t);
        Queue& saved = t.queue({.flags = WQLAB_WQ_MEM_RECLAIM, .name = "wl338"});
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_RESCUERS |
                                         WQLAB_SECTION_WORK);
        const wqlab_snap_pool* pool = now ? pool_of_cpu(*now, wq, t.first_cpu()) : nullptr;
        const wqlab_snap_workqueue* row = now ? row_of(*now, saved) : nullptr;
        if (t.decided())
            return;
        WANT(t, pool && row, "a workqueue or its pool is not among the machine's");
        // What is read next takes the snapshot's place.
        const int32_t rescuer = row->rescuer_pid;
        int32_t worker = 0;
        for (const wqlab_snap_worker& each : now->workers)
            worker = each.pool == pool->id ? each.pid : worker;
        WANT(t, worker > 0 && rescuer > 0, "of a new pool and of a new rescuer no thread is seen");
        judge(t, worker, "the new worker", "kworker/u", "kworker/u");
        judge(t, rescuer, "the new rescuer", "kworker/R-wl338", "wl338");
    }
};

constexpr Check kAll[] = {
    check_of<WhoHasNothingToDo>(),
};

}  // namespace resting

constinit const Group kRestingChecks = group_of("lifecycle", resting::kAll);

}  // namespace wqlab
