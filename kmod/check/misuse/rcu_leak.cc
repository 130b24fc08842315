// SPDX-License-Identifier: GPL-2.0
// An item that returns within a read side of RCU.
#include "../../glue/context.h"
#include "../../glue/rcu.h"
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "../../glue/workqueue.h"
#include "../harness/kernel_log.hh"

namespace wqlab {

namespace rcu_leak {

// What an item has begun and somebody else has to end, because RCU would wait for its worker for ever.
struct ReadSide {
    Gate* gate;
    enum State { kIdle, kArmed, kLeaking, kEnded } state;  // armed: the next item is queued
    bool is_held;
    uintptr_t task;  // whose it is

    // False: it is another's turn.
    bool change(State from, State to)
    {
        return __atomic_compare_exchange_n(&state, &from, to, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
    }

    void begin()
    {
        task = wqlab_current_task();
        __atomic_store_n(&is_held, true, __ATOMIC_RELEASE);
        wqlab_rcu_read_lock();
    }
    // By whoever is that task; the first one does.
    void end()
    {
        if (__atomic_load_n(&is_held, __ATOMIC_ACQUIRE) && task == wqlab_current_task()) {
            __atomic_store_n(&is_held, false, __ATOMIC_RELEASE);
            wqlab_rcu_read_unlock();
            change(kLeaking, kEnded);
        }
    }
};

// On whatever way the check returns: nobody leaks any more, or who does is mended while its log is heard and the item
// behind it is queued.
class Disarmed {
public:
    explicit Disarmed(ReadSide& side) : side_(side) {}
    Disarmed(const Disarmed&) = delete;
    ~Disarmed()
    {
        side_.change(ReadSide::kArmed, ReadSide::kIdle);
        while (__atomic_load_n(&side_.state, __ATOMIC_ACQUIRE) == ReadSide::kLeaking)
            wqlab_sleep(1'000'000);
    }

private:
    ReadSide& side_;
};

// Hears of the leak on the worker that leaks, and ends it there.
class Mender {
public:
    explicit Mender(ReadSide* side) : side_(side), told_("workqueue leaked"), depth_("RCU=0->1") {}

    void see(const LogLine& line)
    {
        if (line.in_interrupt || !side_ || line.writer != side_->task)
            return;
        told_.see(line);
        depth_.see(line);
        if (line.has("workqueue leaked"))
            side_->end();
    }
    uint32_t ours() const { return told_.ours(); }
    uint32_t depths() const { return depth_.ours(); }

private:
    ReadSide* const side_;
    LinesWith told_, depth_;
};

struct IsReported {
    static constexpr Promise kPromise = {
        301,
        "",
        "misuse.rcu-leak-is-reported",
        "An item that returns within a read side of RCU is reported, with how deep it is, and the next one on that "
        "worker is not blamed",
        "kernel/workqueue.c: process_one_work()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kLogIsSilent};

    static void leak(TestItem&, void* argument)
    {
        ReadSide& side = *static_cast<ReadSide*>(argument);
        side.gate->pass();
        if (side.change(ReadSide::kArmed, ReadSide::kLeaking))
            side.begin();
    }

    // A kernel that does not report it: the worker that leaks takes the next item before it sleeps.
    static void mend(TestItem&, void* side) { static_cast<ReadSide*>(side)->end(); }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, wqlab_rcu_is_counted(), "this kernel does not count how deep a read side of RCU is");
        SKIP_UNLESS(t, t.fault() == Fault::kNone || t.fault() == Fault::kLogIsSilent,
                    "a stand-in may lose the item that ends it");
        ReadSide* const side = t.own<ReadSide>();
        if (!side)
            return;
        *side = {&t.gate(), ReadSide::kIdle, false, 0};
        const LogListener<Mender> log(side);
        SKIP_UNLESS(t, log.attached(), "the kernel's log can't be watched here");
        const Disarmed disarmed(*side);
        // The end of the first activates the second, as in misuse.leak-is-reported.
        Queue& wq = t.queue({.flags = WQLAB_WQ_UNBOUND, .max_active = 1, .scope = "system"});
        TestItem& first = t.item("the item that leaks").on_run(leak, side);
        TestItem& second = t.item("the item behind it").on_run(mend, side);
        first.queue(wq);
        AWAIT(t, first.started() == 1, "the item to start");
        if (second.queue(wq))
            side->change(ReadSide::kIdle, ReadSide::kArmed);
        side->gate->open();
        AWAIT(t, second.ended() == 1, "the next item to run");
        wq.flush();
        const bool is_silent = t.has_fault(Fault::kLogIsSilent);
        const uint32_t told = is_silent ? 0 : log.heard().ours(), depths = is_silent ? 0 : log.heard().depths();
        WANT(t, told == 1 && depths == 1, "of one item that leaks there were %u reports, %u of how deep", told, depths);
    }
};

// What the thread says whom the softirq came upon.
class LeaksOf {
public:
    explicit LeaksOf(const uintptr_t* task) : task_(task), told_("workqueue leaked"), depth_("RCU=0->1") {}

    void see(const LogLine& line)
    {
        // Of one in an interrupt the writer is not the task, but next to it.
        if (!task_ || !line.in_interrupt || (line.writer & ~uintptr_t{1}) != __atomic_load_n(task_, __ATOMIC_ACQUIRE))
            return;
        told_.see(line);
        depth_.see(line);
    }
    uint32_t told() const { return told_.ours(); }
    uint32_t depths() const { return depth_.ours(); }

private:
    const uintptr_t* const task_;
    LinesWith told_, depth_;
};

struct OfBhIsReported {
    static constexpr Promise kPromise = {
        422,
        "",
        "misuse.rcu-leak-of-bh-is-reported",
        "A BH item that returns within a read side of RCU is reported as any, with how deep it is",
        "kernel/workqueue.c: process_one_work()",
        WQLAB_CHECK_NEGATIVE,
        Fault::kLogIsSilent};

    // Who leaks is who queued it, in the softirq that comes when its softirqs are on again: so he can end it. What runs
    // anywhere else does not leak.
    struct Leak {
        Queue* wq;
        TestItem* item;
        uintptr_t task;  // 0: it is too late to leak
        bool is_held, had_leaked;
    };

    static void leak(TestItem&, void* argument)
    {
        Leak& leak = *static_cast<Leak*>(argument);
        if (__atomic_load_n(&leak.task, __ATOMIC_ACQUIRE) != wqlab_current_task() || !wqlab_in_softirq())
            return;
        wqlab_rcu_read_lock();
        __atomic_store_n(&leak.is_held, true, __ATOMIC_RELEASE);
    }

    static void queue(void* argument)
    {
        Leak& leak = *static_cast<Leak*>(argument);
        __atomic_store_n(&leak.task, wqlab_current_task(), __ATOMIC_RELEASE);
        leak.item->queue(*leak.wq);
    }

    static void queue_and_end(Leak& leak)
    {
        wqlab_call_with_bh_off(queue, &leak);
        __atomic_store_n(&leak.task, 0, __ATOMIC_RELEASE);
        if (!__atomic_load_n(&leak.is_held, __ATOMIC_ACQUIRE))
            return;
        wqlab_rcu_read_unlock();
        leak.had_leaked = true;
    }

    static void run(Trial& t)
    {
        constexpr uint32_t kTries = 16;
        SKIP_UNLESS(t, wqlab_rcu_is_counted(), "this kernel does not count how deep a read side of RCU is");
        SKIP_UNLESS(t, !(wqlab_features() & WQLAB_FEATURE_PREEMPT_RT), "softirqs are threads here");
        Queue& wq = t.queue({.flags = WQLAB_WQ_BH});
        for (uint32_t i = 0; i < kTries; i++) {
            Leak* const leak_of = t.own<Leak>();
            if (!leak_of)
                return;
            *leak_of = {&wq, &t.item("the item that leaks").on_run(leak, leak_of), 0, false, false};
            const LogListener<LeaksOf> log(&leak_of->task);
            SKIP_UNLESS(t, log.attached(), "the kernel's log can't be watched here");
            t.on_cpu(t.first_cpu(), [leak_of] { queue_and_end(*leak_of); });
            AWAIT(t, leak_of->item->ended() == 1, "the item to run");
            if (!leak_of->had_leaked)
                continue;
            const bool is_silent = t.has_fault(Fault::kLogIsSilent);
            const uint32_t told = is_silent ? 0 : log.heard().told(), depths = is_silent ? 0 : log.heard().depths();
            WANT(t, told == 1 && depths == 1, "of one item that leaks there were %u reports, %u of how deep", told,
                 depths);
            return;
        }
        t.skip("its softirq came upon others %u times", kTries);
    }
};

constexpr Check kAll[] = {
    // It came with them.
    check_of<IsReported>(WQLAB_LACK_BH),
    check_of<OfBhIsReported>(WQLAB_LACK_BH),
};

}  // namespace rcu_leak

constinit const Group kRcuLeakChecks = group_of("misuse", rcu_leak::kAll);

}  // namespace wqlab
