// SPDX-License-Identifier: GPL-2.0
// A worker of a CPU that an item has left on another one.
#include "../../glue/context.h"
#include "../../glue/cpu.h"
#include "../../glue/thread.h"
#include "../../glue/time.h"
#include "../harness/kernel_log.hh"

#include <utility>

namespace wqlab {

namespace wrong_cpu {

// A worker that an item moves. Others may use its pool, some of whom rely on their CPU: it goes home as soon as the
// next item has begun, or at once if that was another worker's.
struct Stray {
    Gate* gate;
    uint32_t home, away;
    enum State { kHome, kLeaving, kAway, kStays } state;
    bool has_moved;
    task_struct* worker;

    bool change(State from, State to)
    {
        return __atomic_compare_exchange_n(&state, &from, to, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
    }
    bool is(State which) const { return __atomic_load_n(&state, __ATOMIC_ACQUIRE) == which; }
};

// On whatever way the check returns: nobody leaves any more, or who has left is at home.
class Home {
public:
    explicit Home(Stray& stray) : stray_(stray) {}
    Home(const Home&) = delete;
    ~Home() { go(); }

    // Who is idle on a wrong CPU would be the next to be woken, for anybody's item.
    void go()
    {
        if (std::exchange(has_gone_, true) || stray_.change(Stray::kHome, Stray::kStays))
            return;
        while (stray_.is(Stray::kLeaving))
            wqlab_sleep(1'000'000);
        // If that CPU is away by now, its workers are put there when it is back.
        wqlab_thread_confine(stray_.worker, stray_.home);
        wqlab_thread_put(stray_.worker);
    }

private:
    Stray& stray_;
    bool has_gone_ = false;
};

// What one worker is warned of.
class WarningsOf {
public:
    explicit WarningsOf(const Stray* stray) : stray_(stray) {}

    void see(const LogLine& line)
    {
        if (stray_ && stray_->is(Stray::kAway) && !line.in_interrupt &&
            line.writer == reinterpret_cast<uintptr_t>(stray_->worker) && line.has("WARNING: "))
            __atomic_add_fetch(&count_, 1, __ATOMIC_RELAXED);
    }
    uint32_t ours() const { return __atomic_load_n(&count_, __ATOMIC_RELAXED); }

private:
    const Stray* const stray_;
    uint32_t count_ = 0;
};

struct WrongCpuIsReported {
    static constexpr Promise kPromise = {
        340,
        "",
        "misuse.wrong-cpu-is-reported",
        "A worker of a CPU that is on another one when it begins an item, because the one before has moved it there, "
        "is reported",
        "kernel/workqueue.c: process_one_work()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kLogIsSilent};

    static void leave(TestItem&, void* argument)
    {
        Stray& stray = *static_cast<Stray*>(argument);
        if (stray.change(Stray::kHome, Stray::kLeaving)) {
            stray.worker = wqlab_thread_get(wqlab_current().pid);
            stray.has_moved = wqlab_thread_confine(stray.worker, stray.away);
            __atomic_store_n(&stray.state, Stray::kAway, __ATOMIC_RELEASE);
        }
        stray.gate->pass();
    }

    static void go_home(TestItem&, void* argument)
    {
        const Stray& stray = *static_cast<const Stray*>(argument);
        if (stray.is(Stray::kAway))
            wqlab_thread_confine(stray.worker, stray.home);
    }

    static void run(Trial& t)
    {
        const uint32_t home = t.first_cpu(), away = t.other_cpu(home);
        SKIP_UNLESS(t, home != away, "there is one CPU");
        // It is said once, unless it is forgotten.
        if (!hear_again(t))
            return;
        Stray* const stray = t.own<Stray>();
        if (!stray)
            return;
        *stray = {&t.gate(), home, away, Stray::kHome, false, nullptr};
        const KernelLog<WarningsOf> log(t, stray);
        Home at_the_end(*stray);  // before the log, which waits for RCU
        // While it runs its items a CPU-intensive worker is none that its pool counts, wherever it sleeps and wakes up.
        // The end of the first activates the second, which the same worker takes before it sleeps.
        Queue& wq = t.queue({.flags = WQLAB_WQ_HIGHPRI | WQLAB_WQ_CPU_INTENSIVE, .max_active = 1});
        TestItem& first = t.item("the item that moves its worker").on_run(leave, stray);
        TestItem& second = t.item("the item behind it").on_run(go_home, stray);
        if (t.decided())
            return;
        first.queue_on(wq, home);
        AWAIT(t, stray->is(Stray::kAway), "the item to move its worker");
        second.queue_on(wq, home);
        stray->gate->open();
        AWAIT(t, first.ended() == 1 && second.ended() == 1, "the items to run");
        at_the_end.go();
        SKIP_UNLESS(t, stray->has_moved && second.last().pid == first.last().pid && second.last().cpu == away,
                    "the next item began on CPU %u, in this worker or another", second.last().cpu);
        WANT(t, log.count(), "a worker of CPU %u began an item on CPU %u, and nothing was said of that", home, away);
    }
};

constexpr Check kAll[] = {
    check_of<WrongCpuIsReported>(),
};

}  // namespace wrong_cpu

constinit const Group kWrongCpuChecks = group_of("misuse", wrong_cpu::kAll);

}  // namespace wqlab
