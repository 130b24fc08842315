// SPDX-License-Identifier: GPL-2.0
// Who calls a function that is scheduled on each CPU.
#include "../../glue/context.h"
#include "../../glue/symbols.h"
#include "../../glue/time.h"
#include "../harness/trial.hh"

namespace wqlab {

namespace each_cpu_worker {

// The function gets a work that is nobody's: who is meant is here. One such check runs at a time.
struct Seen {
    bool is_worse;  // a stand-in
    uint32_t calls, off_nice, off_cpu;
    int32_t nice;
};
inline Seen* seen = nullptr;
inline uint32_t inside = 0;  // functions that may look at it

inline void note(work_struct*)
{
    __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
    if (Seen* const all = __atomic_load_n(&seen, __ATOMIC_SEQ_CST)) {
        const wqlab_context context = wqlab_current();
        const int32_t nice = context.nice + (all->is_worse ? 1 : 0);
        const uint64_t cpus = wqlab_current_cpus();
        if (nice != 0) {
            __atomic_store_n(&all->nice, nice, __ATOMIC_RELAXED);
            __atomic_add_fetch(&all->off_nice, 1, __ATOMIC_RELAXED);
        }
        if (context.cpu < 64 && cpus != uint64_t{1} << context.cpu)
            __atomic_add_fetch(&all->off_cpu, 1, __ATOMIC_RELAXED);
        __atomic_add_fetch(&all->calls, 1, __ATOMIC_RELAXED);
    }
    __atomic_sub_fetch(&inside, 1, __ATOMIC_RELEASE);
}

struct ByOrdinaryWorkers {
    static constexpr Promise kPromise = {
        293,
        "",
        "queue.schedule-on-each-cpu-by-ordinary-workers",
        "schedule_on_each_cpu() has the function called by workers of nice 0, each bound to its CPU",
        "kernel/workqueue.c: schedule_on_each_cpu()",
        0,
        Fault::kWorkerLies};

    // Nobody looks at it when this has gone, also if the kernel has returned too early.
    class Shown {
    public:
        explicit Shown(Seen* all) { __atomic_store_n(&seen, all, __ATOMIC_SEQ_CST); }
        Shown(const Shown&) = delete;
        ~Shown()
        {
            // Either we see that a function is inside, or it sees nullptr.
            __atomic_store_n(&seen, nullptr, __ATOMIC_SEQ_CST);
            while (__atomic_load_n(&inside, __ATOMIC_SEQ_CST))
                wqlab_sleep(1'000'000);
        }
    };

    static void run(Trial& t)
    {
        const uintptr_t function = wqlab_symbol("schedule_on_each_cpu");
        SKIP_UNLESS(t, function, "this kernel does not show schedule_on_each_cpu()");
        Seen* const all = t.own<Seen>();
        bool* const called = t.own<bool>();
        if (!all || !called)
            return;
        *all = {t.has_fault(Fault::kWorkerLies), 0, 0, 0, 0};
        *called = false;
        const Shown shown(all);
        Actor& caller = t.actor("caller", Kthread::kAnyCpu, [function, called] {
            *called = wqlab_call(function, reinterpret_cast<unsigned long>(note), 0, 0, nullptr);
        });
        AWAIT(t, caller.done(), "schedule_on_each_cpu() to return");
        SKIP_UNLESS(t, *called, "kprobes are disarmed, so the kernel can't be called");
        WANT(t, all->off_nice == 0, "of %u workers that called it %u were not of nice 0, one was of nice %d",
             all->calls, all->off_nice, all->nice);
        WANT(t, all->off_cpu == 0, "of %u workers that called it %u may run elsewhere", all->calls, all->off_cpu);
    }
};

constexpr Check kAll[] = {
    check_of<ByOrdinaryWorkers>(),
};

}  // namespace each_cpu_worker

constinit const Group kEachCpuWorkerChecks = group_of("queueing", each_cpu_worker::kAll);

}  // namespace wqlab
