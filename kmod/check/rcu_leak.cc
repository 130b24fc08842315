// SPDX-License-Identifier: GPL-2.0
// Group M, continued: an item that returns within a read side of RCU.
#include "../glue/context.h"
#include "../glue/rcu.h"
#include "../glue/time.h"
#include "../glue/work.h"
#include "../glue/workqueue.h"
#include "kernel_log.hh"

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

constexpr Check kAll[] = {
    // It came with them.
    check_of<IsReported>(WQLAB_LACK_BH),
};

}  // namespace rcu_leak

constinit const Group kRcuLeakChecks = group_of("misuse", rcu_leak::kAll);

}  // namespace wqlab
