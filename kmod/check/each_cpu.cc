// SPDX-License-Identifier: GPL-2.0
// Group A, continued: a function on each CPU.
#include "../glue/context.h"
#include "../glue/cpu.h"
#include "../glue/symbols.h"
#include "../glue/time.h"
#include "cpu_away.hh"

namespace wqlab {

namespace each_cpu {

// The function gets a work that is nobody's: who is meant is here. One such check runs at a time.
struct Calls {
    Trial* trial;
    Gate* gate;
    uint64_t held;  // CPUs, of the first 64: on which it waits for the gate
    uint64_t done;
    uint32_t began, ended, twice;
    bool no_worker;
};
inline Calls* calls = nullptr;
inline uint32_t inside = 0;  // functions that may look at it

// Nobody looks at it when this has gone, also if the kernel has returned too early, or is still about to call.
struct Shown {
    explicit Shown(Calls* all) { __atomic_store_n(&calls, all, __ATOMIC_RELEASE); }
    Shown(const Shown&) = delete;
    ~Shown()
    {
        // Either we see that a function is inside, or it sees nullptr.
        Calls* const all = __atomic_exchange_n(&calls, nullptr, __ATOMIC_SEQ_CST);
        all->gate->open();
        while (__atomic_load_n(&inside, __ATOMIC_SEQ_CST))
            wqlab_sleep(1'000'000);
    }
};

inline void note_in(Calls* all)
{
    const uint32_t cpu = wqlab_this_cpu();
    __atomic_add_fetch(&all->began, 1, __ATOMIC_ACQ_REL);
    if (!wqlab_in_task() || !wqlab_current_worker())
        __atomic_store_n(&all->no_worker, true, __ATOMIC_RELAXED);
    all->trial->changed();
    if (cpu >= 64 || all->held >> cpu & 1)
        all->gate->wait(Event::kForEver - 1);
    if (cpu < 64 && __atomic_fetch_or(&all->done, uint64_t{1} << cpu, __ATOMIC_ACQ_REL) >> cpu & 1)
        __atomic_add_fetch(&all->twice, 1, __ATOMIC_ACQ_REL);
    __atomic_add_fetch(&all->ended, 1, __ATOMIC_ACQ_REL);
}

inline void note(work_struct*)
{
    __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
    if (Calls* const all = __atomic_load_n(&calls, __ATOMIC_SEQ_CST))
        note_in(all);
    __atomic_sub_fetch(&inside, 1, __ATOMIC_RELEASE);
}

struct OnEachCpu {
    static constexpr Promise kPromise = {144,
                                         "",
                                         "queue.schedule-on-each-cpu",
                                         "schedule_on_each_cpu() has the function called once on every online CPU, "
                                         "waits until all have returned, and returns 0",
                                         "kernel/workqueue.c: schedule_on_each_cpu()",
                                         0,
                                         Fault::kResultLies};

    static void run(Trial& t)
    {
        const uintptr_t function = wqlab_symbol("schedule_on_each_cpu");
        SKIP_UNLESS(t, function, "this kernel does not show schedule_on_each_cpu()");
        Calls* const all = t.own<Calls>();
        if (!all)
            return;
        *all = {&t, &t.gate(), ~uint64_t{0}, 0, 0, 0, 0, false};
        const Shown shown(all);
        struct Answer {
            bool called;
            unsigned long result;
            uint32_t ended;
        };
        Answer* const answer = t.own<Answer>();
        if (!answer)
            return;
        Actor& caller = t.actor("caller", Kthread::kAnyCpu, [all, answer, function] {
            answer->called = wqlab_call(function, reinterpret_cast<unsigned long>(note), 0, 0, &answer->result);
            answer->ended = __atomic_load_n(&all->ended, __ATOMIC_ACQUIRE);
        });
        const uint32_t cpus = t.online_cpus();
        AWAIT(t, caller.done() || __atomic_load_n(&all->began, __ATOMIC_ACQUIRE) == cpus,
              "the function to be called on each CPU");
        const bool early = caller.done();
        t.linger();
        const uint32_t began = __atomic_load_n(&all->began, __ATOMIC_ACQUIRE);
        all->gate->open();
        AWAIT(t, caller.done(), "it to return");
        SKIP_UNLESS(t, answer->called, "kprobes are disarmed, so the kernel can't be called");
        const int result = static_cast<int>(answer->result) + (t.has_fault(Fault::kResultLies) ? 1 : 0);
        WANT(t, result == 0, "it returned %d", result);
        WANT(t, !early && began == cpus && answer->ended == cpus && !all->twice && !all->no_worker,
             "on %u CPUs it was called %u times, %u had ended when it returned, %u were twice on a CPU", cpus, began,
             answer->ended, all->twice);
    }
};

// schedule_on_each_cpu() in a thread of its own.
struct Call {
    uintptr_t function;
    bool called;
    unsigned long result;
};

inline Actor& call(Trial& t, Call& one)
{
    return t.actor("caller", Kthread::kAnyCpu, [&one] {
        one.called = wqlab_call(one.function, reinterpret_cast<unsigned long>(note), 0, 0, &one.result);
    });
}

struct WaitsForEachCpu {
    static constexpr Promise kPromise = {194,
                                         "",
                                         "queue.schedule-on-each-cpu-waits-for-each",
                                         "schedule_on_each_cpu() waits for the function of each CPU: it does not "
                                         "return while that of one of them, whichever, "
                                         "goes on and all others have returned",
                                         "kernel/workqueue.c: schedule_on_each_cpu()",
                                         0,
                                         Fault::kResultLies};

    static void run(Trial& t)
    {
        const uintptr_t function = wqlab_symbol("schedule_on_each_cpu");
        SKIP_UNLESS(t, function, "this kernel does not show schedule_on_each_cpu()");
        const uint32_t cpus = t.online_cpus();
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus() && cpu < 64; cpu++) {
            if (!wqlab_cpu_online(cpu))
                continue;
            Calls* const all = t.own<Calls>();
            Call* const one = t.own<Call>();
            if (!one || !all)
                return;
            *all = {&t, &t.gate(), uint64_t{1} << cpu, 0, 0, 0, 0, false};
            *one = {function, false, 0};
            const Shown shown(all);
            Actor& caller = call(t, *one);
            AWAIT(t,
                  caller.done() || (__atomic_load_n(&all->began, __ATOMIC_ACQUIRE) == cpus &&
                                    __atomic_load_n(&all->ended, __ATOMIC_ACQUIRE) == cpus - 1),
                  "the function to return on all CPUs but one");
            t.linger();
            const bool early = caller.done();
            all->gate->open();
            AWAIT(t, caller.done(), "it to return");
            SKIP_UNLESS(t, one->called, "kprobes are disarmed, so the kernel can't be called");
            WANT(t, early == t.has_fault(Fault::kResultLies), "it returned while the function of CPU %u went on", cpu);
        }
    }
};

struct EachCpuThatIsThere {
    static constexpr Promise kPromise = {195,
                                         "",
                                         "queue.schedule-on-each-cpu-of-those-online",
                                         "With a CPU away schedule_on_each_cpu() calls the function on the others, and "
                                         "neither waits for nor warns of that one",
                                         "kernel/workqueue.c: schedule_on_each_cpu()",
                                         WQLAB_CHECK_HOTPLUG,
                                         Fault::kResultLies};

    static void run(Trial& t)
    {
        const uintptr_t function = wqlab_symbol("schedule_on_each_cpu");
        SKIP_UNLESS(t, function, "this kernel does not show schedule_on_each_cpu()");
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, cpu != t.first_cpu(), "there is one CPU");
        Calls* const all = t.own<Calls>();
        Call* const one = t.own<Call>();
        if (!one || !all)
            return;
        *all = {&t, &t.gate(), 0, 0, 0, 0, 0, false};
        *one = {function, false, 0};
        const Shown shown(all);
        CpuAway away(t, cpu);
        if (t.decided())
            return;
        const uint32_t cpus = t.online_cpus();
        Actor& caller = call(t, *one);
        AWAIT(t, caller.done(), "schedule_on_each_cpu() to return with a CPU away");
        away.back();
        SKIP_UNLESS(t, one->called, "kprobes are disarmed, so the kernel can't be called");
        const int result = static_cast<int>(one->result) + (t.has_fault(Fault::kResultLies) ? 1 : 0);
        WANT(t, result == 0 && all->ended == cpus && !all->twice && (cpu >= 64 || !(all->done >> cpu & 1)),
             "with CPU %u away of %u others it was called on %u and returned %d", cpu, cpus, all->ended, result);
    }
};

constexpr Check kAll[] = {
    check_of<OnEachCpu>(),
    check_of<WaitsForEachCpu>(),
    check_of<EachCpuThatIsThere>(),
};

}  // namespace each_cpu

constinit const Group kEachCpuChecks = group_of("queueing", each_cpu::kAll);

}  // namespace wqlab
