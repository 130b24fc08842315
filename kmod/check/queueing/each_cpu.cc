// SPDX-License-Identifier: GPL-2.0
// A function on each CPU.
#include "../../glue/context.h"
#include "../../glue/cpu.h"
#include "../../glue/symbols.h"
#include "../../glue/time.h"
#include "../../core/warnings.hh"
#include "../scenes/cpu_away.hh"
#include "../scenes/kept_memory.hh"

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
    // Of schedule_on_each_cpu() itself.
    uintptr_t function;
    unsigned long result;
    uint32_t ended_by_then;
    bool called;
};
inline Calls* calls = nullptr;
inline uint32_t inside = 0;  // functions that may look at it

inline void note_in(Calls* all)
{
    const uint32_t cpu = wqlab_this_cpu();
    __atomic_add_fetch(&all->began, 1, __ATOMIC_ACQ_REL);
    if (!wqlab_in_task() || !wqlab_current_worker())
        __atomic_store_n(&all->no_worker, true, __ATOMIC_RELAXED);
    all->trial->changed();
    if (cpu >= 64 || all->held >> cpu & 1)
        all->gate->pass();
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

// One schedule_on_each_cpu(), in a thread of its own. Nobody looks at it when this has gone, also if the kernel has
// returned too early, or is still about to call.
class Round {
public:
    // Skips the trial if it can't be. held: the CPUs on which the function goes on until go_on().
    Round(Trial& trial, uint64_t held) : trial_(trial), all_(trial.own<Calls>())
    {
        const uintptr_t function = wqlab_symbol("schedule_on_each_cpu");
        if (!function)
            trial.skip("this kernel does not show schedule_on_each_cpu()");
        if (!all_)
            return;
        *all_ = {&trial, &trial.gate(), held, 0, 0, 0, 0, false, function, 0, 0, false};
        __atomic_store_n(&calls, all_, __ATOMIC_RELEASE);
    }
    Round(const Round&) = delete;
    ~Round()
    {
        if (!all_)
            return;
        // Either we see that a function is inside, or it sees nullptr.
        __atomic_store_n(&calls, nullptr, __ATOMIC_SEQ_CST);
        go_on();
        while (__atomic_load_n(&inside, __ATOMIC_SEQ_CST))
            wqlab_sleep(1'000'000);
    }

    void start()
    {
        Calls* const all = all_;
        caller_ = &trial_.actor("caller", Kthread::kAnyCpu, [all] {
            all->called = wqlab_call(all->function, reinterpret_cast<unsigned long>(note), 0, 0, &all->result);
            all->ended_by_then = __atomic_load_n(&all->ended, __ATOMIC_ACQUIRE);
        });
    }
    void go_on() { all_->gate->open(); }

    uint32_t began() const { return __atomic_load_n(&all_->began, __ATOMIC_ACQUIRE); }
    uint32_t ended() const { return __atomic_load_n(&all_->ended, __ATOMIC_ACQUIRE); }
    bool returned() const { return caller_->done(); }
    // Once it has returned. False: the trial has been decided.
    bool was_called()
    {
        if (!all_->called)
            trial_.skip("kprobes are disarmed, so the kernel can't be called");
        return all_->called;
    }
    int result() const { return static_cast<int>(all_->result) + (trial_.has_fault(Fault::kResultLies) ? 1 : 0); }
    const Calls& seen() const { return *all_; }

private:
    Trial& trial_;
    Calls* const all_;
    Actor* caller_ = nullptr;
};

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
        Round round(t, ~uint64_t{0});
        if (t.decided())
            return;
        const uint32_t cpus = t.online_cpus();
        round.start();
        AWAIT(t, round.returned() || round.began() == cpus, "the function to be called on each CPU");
        const bool early = round.returned();
        t.linger();
        const uint32_t began = round.began();
        round.go_on();
        AWAIT(t, round.returned(), "it to return");
        if (!round.was_called())
            return;
        const Calls& seen = round.seen();
        WANT(t, round.result() == 0, "it returned %d", round.result());
        WANT(t, !early && began == cpus && seen.ended_by_then == cpus && !seen.twice && !seen.no_worker,
             "on %u CPUs it was called %u times, %u had ended when it returned, %u were twice on a CPU", cpus, began,
             seen.ended_by_then, seen.twice);
    }
};

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

    static void judge(Trial& t, uint32_t cpu)
    {
        Round round(t, uint64_t{1} << cpu);
        if (t.decided())
            return;
        const uint32_t cpus = t.online_cpus();
        round.start();
        AWAIT(t, round.returned() || (round.began() == cpus && round.ended() == cpus - 1),
              "the function to return on all CPUs but one");
        t.linger();
        const bool early = round.returned();
        round.go_on();
        AWAIT(t, round.returned(), "it to return");
        if (round.was_called())
            WANT(t, early == t.has_fault(Fault::kResultLies), "it returned while the function of CPU %u went on", cpu);
    }

    static void run(Trial& t)
    {
        for (uint32_t cpu = 0; cpu < wqlab_nr_cpus() && cpu < 64 && !t.decided(); cpu++)
            if (wqlab_cpu_online(cpu))
                judge(t, cpu);
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
        const uint32_t cpu = t.other_cpu(t.first_cpu());
        SKIP_UNLESS(t, cpu != t.first_cpu(), "there is one CPU");
        Round round(t, 0);
        if (t.decided())
            return;
        CpuAway away(t, cpu);
        if (t.decided())
            return;
        const uint32_t cpus = t.online_cpus();
        round.start();
        AWAIT(t, round.returned(), "schedule_on_each_cpu() to return with a CPU away");
        away.back();
        if (!round.was_called())
            return;
        const Calls& seen = round.seen();
        WANT(t, round.result() == 0 && seen.ended == cpus && !seen.twice && (cpu >= 64 || !(seen.done >> cpu & 1)),
             "with CPU %u away of %u others it was called on %u and returned %d", cpu, cpus, seen.ended,
             round.result());
    }
};

struct ItemsAreFreed {
    static constexpr Promise kPromise = {
        372,
        "",
        "queue.schedule-on-each-cpu-frees-its-items",
        "What schedule_on_each_cpu() has allocated for its items is freed when it returns",
        "kernel/workqueue.c: schedule_on_each_cpu()",
        0,
        Fault::kResultLies};

    static bool is_for_items(uintptr_t site)
    {
        char name[96];
        wqlab_symbol_name(site, name, sizeof(name));
        const LogLine words = {name, __builtin_strlen(name), 0, nullptr, false};
        return words.has("schedule_on_each_cpu") || words.has("alloc_percpu");
    }

    static void do_nothing(work_struct*) {}

    static void run(Trial& t)
    {
        const uintptr_t function = wqlab_symbol("schedule_on_each_cpu");
        SKIP_UNLESS(t, function, "this kernel does not show schedule_on_each_cpu()");
        leaks::Kept* const kept = t.own<leaks::Kept>();
        if (!kept)
            return;
        leaks::Watch watch(*kept);
        SKIP_UNLESS(t, watch.attached(), "allocations can't be watched here");
        unsigned long result = 0;
        watch.track();
        const bool called = wqlab_call(function, reinterpret_cast<unsigned long>(do_nothing), 0, 0, &result);
        watch.rest();
        SKIP_UNLESS(t, called, "kprobes are disarmed, so the kernel can't be called");
        SKIP_UNLESS(t, kept->seen() && !kept->lost(), "what it allocates can't be followed");
        WANT(t, result == 0, "it returned %d", static_cast<int>(result));
        uintptr_t site = 0;
        const uint32_t left = kept->count(is_for_items, site) + (t.has_fault(Fault::kResultLies) ? 1 : 0);
        WANT(t, left == 0, "%u pieces of what it has allocated are left", left);
    }
};

constexpr Check kAll[] = {
    check_of<OnEachCpu>(),
    check_of<WaitsForEachCpu>(),
    check_of<EachCpuThatIsThere>(),
    check_of<ItemsAreFreed>(),
};

}  // namespace each_cpu

constinit const Group kEachCpuChecks = group_of("queueing", each_cpu::kAll);

}  // namespace wqlab
