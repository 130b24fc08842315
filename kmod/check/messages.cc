// SPDX-License-Identifier: GPL-2.0
// Group M, continued: what the kernel tells of idle workers, and of calls that mean nothing.
#include "../glue/context.h"
#include "../glue/symbols.h"
#include "../glue/workqueue.h"
#include "kernel_log.hh"
#include "new_pool.hh"

namespace wqlab {

namespace messages {

struct IdleWorkerInfo {
    static constexpr Promise kPromise = {
        272,
        "",
        "log.idle-worker-info",
        "Of a worker that is idle SysRq-t names no workqueue: what it did last is there in parentheses",
        "kernel/workqueue.c: print_worker_info(), process_one_work()",
        0,
        Fault::kLogIsSilent};

    static void note(TestItem&, void* task) { *static_cast<uintptr_t*>(task) = wqlab_current_task(); }

    static bool is_idle(Trial& t, int32_t pid)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_WORK);
        for (uint32_t i = 0; now && i < now->workers.size(); i++)
            if (now->workers[i].pid == pid)
                return now->workers[i].flags & WQLAB_WORKER_IDLE;
        return false;
    }

    static void run(Trial& t)
    {
        static constexpr char kInfo[] = "\0016";  // KERN_INFO
        const uintptr_t function = wqlab_symbol("print_worker_info");
        SKIP_UNLESS(t, function, "this kernel does not show print_worker_info()");
        uintptr_t* const task = t.own<uintptr_t>();
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .is_private = false, .name = "wqlab-c272"});
        if (!task || t.decided() || !take_new_pool(t, wq, "system", t.first_cpu()))
            return;
        TestItem& item = t.item("the item").on_run(note, task);
        item.queue_on(wq, t.first_cpu());
        AWAIT(t, item.ended() == 1, "the item to run");
        // Of one or two idle workers none goes, and so the task stays.
        AWAIT(t, t.decided() || is_idle(t, item.last().pid), "its worker to be idle");
        // Not before: who dumps a worker that runs the item names it.
        const KernelLog<LinesWith> named(t, "Workqueue: wqlab-c272");
        const KernelLog<LinesWith> told(t, "(wqlab-c272)");
        if (t.decided())
            return;
        SKIP_UNLESS(t, wqlab_call(function, reinterpret_cast<unsigned long>(kInfo), *task, 0, nullptr),
                    "kprobes are disarmed, so the kernel can't be called");
        WANT(t, named.count() == 0, "of a worker that is idle the workqueue was named");
        WANT(t, told.count() != 0, "what an idle worker did last was not told");
    }
};

struct MinActiveOfOthers {
    static constexpr Promise kPromise = {
        263,
        "",
        "misuse.min-active-stays",
        "workqueue_set_min_active() of a per-CPU, an ordered or a BH workqueue warns, and changes nothing",
        "kernel/workqueue.c: workqueue_set_min_active()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kLogIsSilent};

    static int32_t min_active_of(Trial& t, const Queue& wq)
    {
        const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
        const wqlab_snap_workqueue* row = now ? row_of(*now, wq) : nullptr;
        return row ? row->min_active : -2;
    }

    static void run(Trial& t)
    {
        const uintptr_t set = wqlab_symbol("workqueue_set_min_active");
        SKIP_UNLESS(t, set && t.kernel().has(Field::kWqMinActive),
                    "this kernel does not show workqueue_set_min_active(), or has none");
        constexpr struct {
            uint32_t flags;
            const char* name;
        } kKinds[] = {{0, "per-CPU"}, {WQLAB_WQ_ORDERED, "ordered"}, {WQLAB_WQ_BH, "BH"}};
        for (const auto& kind : kKinds) {
            Queue& wq = t.queue({.flags = kind.flags});
            const int32_t before = min_active_of(t, wq);
            const KernelLog<Warnings> log(t);
            if (t.decided())
                return;
            SKIP_UNLESS(t, wqlab_call(set, reinterpret_cast<unsigned long>(wq.get()), 0, 0, nullptr),
                        "kprobes are disarmed, so the kernel can't be called");
            const int32_t after = min_active_of(t, wq);
            WANT(t, log.count() == 1, "of a %s workqueue it warned %u times", kind.name, log.count());
            WANT(t, after == before || t.decided(), "of a %s workqueue min_active was %d, and set to 0 it is %d",
                 kind.name, before, after);
        }
    }
};

constexpr Check kAll[] = {
    check_of<IdleWorkerInfo>(),
    check_of<MinActiveOfOthers>(WQLAB_LACK_SYSTEM_MAX_ACTIVE),
};

}  // namespace messages

constinit const Group kMessageChecks = group_of("misuse", messages::kAll);

}  // namespace wqlab
