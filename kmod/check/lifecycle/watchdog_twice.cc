// SPDX-License-Identifier: GPL-2.0
// The watchdog's second look, which it takes under the lock of a pool that seems to make no progress.
#include "../../glue/activations.h"
#include "../../glue/context.h"
#include "../../glue/symbols.h"
#include "../../glue/time.h"
#include "../../glue/watchdog_looks.h"
#include "../../glue/workqueue.h"
#include "../scenes/attached_probe.hh"
#include "../scenes/lockups.hh"
#include "../scenes/threshold.hh"

namespace wqlab {

namespace watchdog_twice {

using check_bounds::kSecond;

// One look of the watchdog, for which a pool's lock is held: from a moment before it is due until it waits for that
// lock. Then the next item begins before anybody else has the lock. All of it happens in probes.
class HeldLook {
public:
    // The pool of that CPU has an item that waits, and is what is heard of. What is armed from now on is meant.
    void begin(const Kernel& kernel, uint32_t cpu, const Lockups& heard)
    {
        kernel_ = &kernel;
        heard_ = &heard;
        cpu_ = cpu;
        in_time_ = caught_ = over_ = false;
        __atomic_store_n(&due_, 0, __ATOMIC_RELAXED);
        set(kReady);
    }
    void end() { set(kIdle); }

    // Of the item that spins until then: as late as it may, because whoever holds the lock has interrupts off.
    void wait_until_due() const
    {
        for (const uint64_t began = wqlab_now(); wqlab_now() - began < 5 * kSecond && !is(kIdle) && !is_near();) {
            wqlab_resched();
            wqlab_relax();
        }
    }

    uint32_t timer_cpu() const { return timer_cpu_; }
    bool was_armed() const { return __atomic_load_n(&due_, __ATOMIC_ACQUIRE); }
    // Whether it began while the lock was held, and had not begun before. Once the next item has begun.
    bool is_caught() const { return in_time_ && __atomic_load_n(&caught_, __ATOMIC_ACQUIRE); }
    bool is_over() const { return __atomic_load_n(&over_, __ATOMIC_ACQUIRE); }
    // How often it named the pool. Once it is over.
    uint32_t named() const { return after_ - before_; }

    // ---- in the probes
    void armed(uint64_t due)
    {
        if (is(kReady)) {
            timer_cpu_ = wqlab_this_cpu();
            __atomic_store_n(&due_, due, __ATOMIC_RELEASE);
        } else if (__atomic_load_n(&caught_, __ATOMIC_ACQUIRE) && !is_over()) {
            after_ = heard_->ours();
            __atomic_store_n(&over_, true, __ATOMIC_RELEASE);
        }
    }
    void fires()
    {
        if (is(kHeld))
            __atomic_store_n(&caught_, true, __ATOMIC_RELEASE);
    }
    void activated()
    {
        if (!is(kReady))
            return;
        before_ = heard_->ours();
        const uint64_t due = __atomic_load_n(&due_, __ATOMIC_ACQUIRE);
        in_time_ = due && wqlab_jiffies() < due && wqlab_this_cpu() == cpu_ && timer_cpu_ != cpu_ && is_alone();
        set(kHeld);
        // Interrupts are off.
        uint64_t until = wqlab_now() + kSecond / 10;
        for (bool waits = false; in_time_ && wqlab_now() < until; wqlab_relax())
            if (!waits && (waits = __atomic_load_n(&caught_, __ATOMIC_ACQUIRE)))
                until = wqlab_now() + kSecond / 50;
        set(kLetGo);
    }

private:
    enum State : uint32_t { kIdle, kReady, kHeld, kLetGo };

    void set(State state) { __atomic_store_n(&state_, state, __ATOMIC_RELEASE); }
    bool is(State state) const { return __atomic_load_n(&state_, __ATOMIC_ACQUIRE) == state; }

    bool is_near() const
    {
        const uint64_t due = __atomic_load_n(&due_, __ATOMIC_ACQUIRE);
        return due && (timer_cpu_ == cpu_ || wqlab_jiffies() + 2 + wqlab_hz() / 100 >= due);
    }
    // With another worker of the pool that wants to run this one sleeps before it takes the next item.
    bool is_alone() const
    {
        Address pool = 0;
        int32_t running = 0;
        return kernel_->peek(pool, wqlab_current_worker(), Field::kWorkerPool) && pool &&
               kernel_->peek(running, pool, Field::kPoolNrRunning) && running == 1;
    }

    const Kernel* kernel_ = nullptr;
    const Lockups* heard_ = nullptr;
    uint32_t cpu_ = 0, timer_cpu_ = 0;
    State state_ = kIdle;
    uint64_t due_ = 0;
    bool in_time_ = false, caught_ = false, over_ = false;
    uint32_t before_ = 0, after_ = 0;
};

struct LooksTwice {
    static constexpr Promise kPromise = {
        450,
        "",
        "watchdog.looks-twice",
        "A pool that goes on while the watchdog waits for its lock, to look at it once more, is not reported",
        "kernel/workqueue.c: wq_watchdog_timer_fn()",
        WQLAB_CHECK_NEGATIVE,  // of a pool that goes on too late it says so
        Fault::kResultLies};

    static constexpr int32_t kHighpri = -20;
    static constexpr uint32_t kTries = 6, kMost = 3;

    struct Scene {
        uintptr_t timer;
        Queue& front;
        Queue& wq;
        TestItem& spinner;
        TestItem& held_back;
        TestItem& waits;
        HeldLook& look;
    };

    static void spin(TestItem&, void* look) { static_cast<const HeldLook*>(look)->wait_until_due(); }

    // False: it takes too long, as if somebody turns the watchdog off just now.
    static bool is_over(const Trial& t, const HeldLook& look)
    {
        for (const uint64_t began = wqlab_now(); !look.is_over() && !t.given_up();) {
            if (wqlab_now() - began > 10 * kSecond)
                return false;
            wqlab_sleep(kSecond / 500);
        }
        return look.is_over();
    }

    // False: the look was not caught, or the trial is decided. When the watchdog's timer is armed it is touched, and
    // the pool has made no progress since before that.
    static bool play(Trial& t, const Scene& at, uint32_t cpu, uint32_t round)
    {
        LogListener<Lockups> log(cpu, kHighpri);
        const Attached<wqlab_watchdog_looks, wqlab_watchdog_looks_attach, wqlab_watchdog_looks_detach> looks(
            {at.timer, [](void* look, unsigned long due) { static_cast<HeldLook*>(look)->armed(due); },
             [](void* look) { static_cast<HeldLook*>(look)->fires(); }, &at.look});
        const Attached<wqlab_activations, wqlab_activations_attach, wqlab_activations_detach> activations(
            {reinterpret_cast<uintptr_t>(at.held_back.address()),
             [](void* look) { static_cast<HeldLook*>(look)->activated(); }, &at.look});
        if (!log.attached() || !looks.is_attached() || !activations.is_attached()) {
            t.skip("tracepoints or the kernel's log can't be watched here");
            return false;
        }
        at.spinner.queue_on(at.front, cpu);
        if (!t.wait([&] { return at.spinner.started() == round + 1; }, "the item that spins to start"))
            return false;
        at.held_back.queue_on(at.front, cpu);
        at.waits.queue_on(at.wq, cpu);
        at.look.begin(t.kernel(), cpu, log.heard());
        if (t.write(Lockups::kThresh, "1")) {
            at.look.end();
            t.skip("this kernel has no watchdog of workqueues");
        }
        const bool ran = t.wait([&] { return at.waits.ended() == round + 1 && at.held_back.ended() == round + 1; },
                                "the items behind the one that spins to run");
        return ran && at.look.is_caught() && is_over(t, at.look) && !t.decided();
    }

    static void run(Trial& t)
    {
        SKIP_UNLESS(t, t.other_cpu(t.first_cpu()) != t.first_cpu(), "there is one CPU");
        const uintptr_t timer = wqlab_symbol("wq_watchdog_timer_fn");
        SKIP_UNLESS(t, timer, "this kernel has no watchdog of workqueues, or does not show it");
        const Threshold off(t, 0);
        HeldLook* const look = t.own<HeldLook>();
        if (t.decided())
            return;
        const Awake awake(t);
        const Scene at = {timer,
                          t.queue({.flags = WQLAB_WQ_HIGHPRI, .max_active = 1}),
                          t.queue({.flags = WQLAB_WQ_HIGHPRI}),
                          t.item("the item that spins").on_run(spin, look),
                          t.item("the item held back behind it"),
                          t.item("the item that waits"),
                          *look};
        // One that is named may be another's, who has a pool of that nice value for that CPU alone.
        uint32_t caught = 0, named = 0;
        uint32_t cpu = t.other_cpu(t.first_cpu());
        for (uint32_t i = 0; i < kTries && caught < kMost && caught == named && !t.decided(); i++) {
            const bool is_caught = play(t, at, cpu, i);
            if (is_caught) {
                // Since 7.0-rc6 (c7f27a8ab9f2) it looks twice; where that can't be known a report proves nothing.
                SKIP_UNLESS(t, !look->named() || wqlab_since_7_1(), "this kernel's watchdog looks but once");
                caught++;
                named += look->named() || t.has_fault(Fault::kResultLies);
            }
            // Who waits for a CPU's lock must not be that CPU.
            if (look->timer_cpu() == cpu)
                cpu = t.other_cpu(cpu);
        }
        if (t.decided())
            return;
        SKIP_UNLESS(t, caught > named || caught == kMost, "the watchdog did not look while the pool's lock was held");
        WANT(t, named < caught,
             "an item began before the watchdog had the pool's lock, and it was named, each of %u times", named);
        t.note("the look was caught with the pool's lock held");
    }
};

constexpr Check kAll[] = {
    check_of<LooksTwice>(),
};

}  // namespace watchdog_twice

constinit const Group kWatchdogTwiceChecks = group_of("lifecycle", watchdog_twice::kAll);

}  // namespace wqlab
