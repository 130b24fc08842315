// SPDX-License-Identifier: GPL-2.0
// Workers and rescuers that have nothing to do, and whose they are.
#include "../../glue/thread.h"
#include "../scenes/idle_pool.hh"
#include "../scenes/proc_stat.hh"

namespace wqlab {

namespace worker_tasks {

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

struct NobodyMovesThem {
    static constexpr Promise kPromise = {420,
                                         "",
                                         "workers.user-space-moves-none",
                                         "User space can't move a worker, whether of a CPU, highpri or unbound, nor a "
                                         "rescuer: where these may run is the kernel's",
                                         "kernel/workqueue.c: create_worker(), init_rescuer(): kthread_bind_mask()",
                                         0,
                                         Fault::kWorkerLies};

    static void judge(Trial& t, int32_t pid, const char* who)
    {
        task_struct* const thread = wqlab_thread_get(pid);
        // It may have been one worker too many.
        SKIP_UNLESS(t, thread, "%s has ended", who);
        const bool is_fixed = wqlab_thread_is_fixed(thread);
        wqlab_thread_put(thread);
        WANT(t, is_fixed, "%s, %d, can be moved by user space", who, pid);
    }

    // While it is in an item.
    static void judge_worker(Trial& t, Queue& wq, const char* who)
    {
        TestItem& item = t.item("the item", TestItem::Body::kGate);
        item.queue_on(wq, t.first_cpu());
        AWAIT(t, item.started() == 1, "the item to start");
        judge(t, item.last().pid, who);
        item.open();
    }

    static void run(Trial& t)
    {
        Queue& saved = t.queue({.flags = WQLAB_WQ_MEM_RECLAIM, .name = "wl420"});
        Queue& unbound = t.queue({.flags = WQLAB_WQ_UNBOUND | WQLAB_WQ_MEM_RECLAIM, .name = "wl420-u"});
        for (const Queue* wq : {&saved, &unbound}) {
            const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_RESCUERS);
            const wqlab_snap_workqueue* row = now ? row_of(*now, *wq) : nullptr;
            if (t.decided())
                return;
            WANT(t, row && row->rescuer_pid > 0, "a workqueue or its rescuer is not among the machine's");
            judge(t, row->rescuer_pid, "a rescuer");
        }
        judge_worker(t, saved, "the worker of a CPU");
        judge_worker(t, unbound, "an unbound worker");
        judge_worker(t, t.queue({.flags = WQLAB_WQ_HIGHPRI}), "a highpri worker");
    }
};

constexpr Check kAll[] = {
    check_of<WhoHasNothingToDo>(),
    check_of<NobodyMovesThem>(),
};

}  // namespace worker_tasks

constinit const Group kWorkerTasksChecks = group_of("lifecycle", worker_tasks::kAll);

}  // namespace wqlab
