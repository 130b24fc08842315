// SPDX-License-Identifier: GPL-2.0
// What the kernel tells of idle workers, of calls that mean nothing, and how loud.
#include "../../glue/context.h"
#include "../../glue/kernel_log.h"
#include "../../glue/symbols.h"
#include "../../glue/workqueue.h"
#include "../harness/kernel_log.hh"
#include "../scenes/new_pool.hh"
#include "../scenes/thread_log.hh"

namespace wqlab {

namespace messages {

struct IdleWorkerInfo {
    static constexpr Promise kPromise = {
        272,
        "",
        "log.idle-worker-info",
        "Of a worker that is idle SysRq-t names no workqueue and no function: what it did last is there in "
        "parentheses; and the scheduler is told which function that was",
        "kernel/workqueue.c: print_worker_info(), process_one_work(), wq_worker_last_func()",
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
        const KernelLog<LinesOfMine> function_named(t, "wqlab_test_item");
        if (t.decided())
            return;
        SKIP_UNLESS(t, wqlab_call(function, reinterpret_cast<unsigned long>(kInfo), *task, 0, nullptr),
                    "kprobes are disarmed, so the kernel can't be called");
        WANT(t, named.count() == 0, "of a worker that is idle the workqueue was named");
        WANT(t, function_named.count() == 0, "of a worker that is idle a function was named");
        WANT(t, told.count() != 0, "what an idle worker did last was not told");
        const uintptr_t last_func = wqlab_symbol("wq_worker_last_func");
        Address wanted = 0;
        unsigned long last = 0;
        const bool is_told = last_func && t.kernel().has(Field::kWorkFunction) &&
                             t.kernel().peek(wanted, reinterpret_cast<uintptr_t>(item.address()),
                                             Field::kWorkFunction) &&
                             wqlab_call(last_func, *task, 0, 0, &last);
        WANT(t, !is_told || last == wanted, "the function that it ran last is said to be %lx, and not %lx", last,
             static_cast<unsigned long>(wanted));
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

struct EachAtItsLevel {
    static constexpr Promise kPromise = {
        417,
        "",
        "log.each-at-its-level",
        "What is printed of a worker has the level that is asked for; what is shown of workqueues is for information, "
        "and a max_active out of range is warned of",
        "kernel/workqueue.c: print_worker_info(), show_all_workqueues(), show_one_workqueue(), wq_clamp_max_active()",
        0,
        Fault::kLogIsSilent};

    enum Level : int { kNone = -1, kWarning = 4, kNotice = 5, kInfo = 6 };

    struct Line {
        const char* words;
        int wanted;
        int level;  // of the last line that has them
    };
    struct Lines {
        Line of[4];
    };

    static bool read(void* reader, int level, const char* text, size_t size)
    {
        const LogLine line = {text, size, 0, nullptr, false};
        for (Line& wanted : static_cast<Lines*>(reader)->of)
            if (line.has(wanted.words))
                wanted.level = level;
        return true;
    }

    struct Call {
        uintptr_t print;
        Gate* gate;
        bool called, done;
    };

    static void print(TestItem&, void* argument)
    {
        static constexpr char kAsked[] = "\0015";  // KERN_NOTICE
        Call& call = *static_cast<Call*>(argument);
        call.called = wqlab_call(call.print, reinterpret_cast<unsigned long>(kAsked), wqlab_current_task(), 0, nullptr);
        __atomic_store_n(&call.done, true, __ATOMIC_RELEASE);
        call.gate->pass();
    }

    static void run(Trial& t)
    {
        const uintptr_t print_info = wqlab_symbol("print_worker_info"), show = wqlab_symbol("show_all_workqueues");
        SKIP_UNLESS(t, print_info && show, "this kernel does not show its functions");
        Queue& wq = t.queue({.name = "wqlab-c417"});
        Call* const call = t.own<Call>();
        if (!call || t.decided())
            return;
        *call = {print_info, &t.gate(), false, false};
        TestItem& item = t.item("the item").on_run(print, call);
        item.queue(wq);
        AWAIT(t, __atomic_load_n(&call->done, __ATOMIC_ACQUIRE), "the item to print what it is");
        SKIP_UNLESS(t, call->called && wqlab_call(show, 0, 0, 0, nullptr),
                    "kprobes are disarmed, so the kernel can't be called");
        wq.set_max_active(1'000'000);
        Lines lines = {{{"Workqueue: wqlab-c417 wqlab_test_item", kNotice, kNone},
                        {"Showing busy workqueues and worker pools:", kInfo, kNone},
                        {"workqueue wqlab-c417: flags=0x", kInfo, kNone},
                        {"requested for wqlab-c417 is out of range", kWarning, kNone}}};
        wqlab_log_read(read, &lines);
        call->gate->open();
        for (Line& line : lines.of) {
            if (t.has_fault(Fault::kLogIsSilent))
                line.level = kNone;
            else
                SKIP_UNLESS(t, line.level != kNone, "the log does not have \"%s\" any more", line.words);
            WANT(t, line.level == line.wanted, "\"%s\" was printed at level %d, not %d", line.words, line.level,
                 line.wanted);
        }
    }
};

constexpr Check kAll[] = {
    check_of<IdleWorkerInfo>(),
    check_of<EachAtItsLevel>(),
    check_of<MinActiveOfOthers>(WQLAB_LACK_SYSTEM_MAX_ACTIVE),
};

}  // namespace messages

constinit const Group kMessageChecks = group_of("misuse", messages::kAll);

}  // namespace wqlab
