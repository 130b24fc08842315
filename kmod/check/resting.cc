// SPDX-License-Identifier: GPL-2.0
// Group I, continued: workers and rescuers that have nothing to do.
#include "../glue/text.h"
#include "idle_pool.hh"

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

    // TASK_IDLE. The command before it is in parentheses, and may have some itself.
    static bool is_idle(Trial& t, int32_t pid)
    {
        char path[32];
        wqlab_format(path, sizeof(path), "/proc/%d/stat", pid);
        const char* const behind = t.read(path) == 0 ? __builtin_strrchr(t.text(), ')') : nullptr;
        return behind && __builtin_memcmp(behind, ") I ", 4) == 0;
    }

    static void judge(Trial& t, int32_t pid, const char* who)
    {
        bool idle = false;
        AWAIT(t, (idle = is_idle(t, pid)) || t.decided() || t.has_fault(Fault::kStepLies), "it to sleep as one idle");
        WANT(t, idle, "%s, %d, is not asleep as what idles", who, pid);
    }

    static void run(Trial& t)
    {
        Queue& wq = idle::queue_with_new_pool(t);
        Queue& saved = t.queue({.flags = WQLAB_WQ_MEM_RECLAIM});
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
        judge(t, worker, "the new worker");
        judge(t, rescuer, "the new rescuer");
    }
};

constexpr Check kAll[] = {
    check_of<WhoHasNothingToDo>(),
};

}  // namespace resting

constinit const Group kRestingChecks = group_of("lifecycle", resting::kAll);

}  // namespace wqlab
