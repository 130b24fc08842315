// SPDX-License-Identifier: GPL-2.0
// One run of a check, as the check sees it: its verdict, its instruments, the
// machine, time.
//
// A check runs in a thread of its own and may wait in the kernel's functions
// without care: a watcher opens every gate when it takes too long, and if even
// that does not help leaves it behind. Rules for checks:
//   - slowness may only miss a violation: "must not" is judged while a gate is
//     held, after linger(); "must" waits long, by wait();
//   - verdicts come from tickets, counts and results, never from times;
//   - a check leaves the machine as it found it, also when it fails.
#pragma once

#include "../../core/check_bounds.hh"
#include "../../core/patience.hh"
#include "../../core/random.hh"
#include "../../glue/cpu.h"
#include "../../glue/time.h"
#include "../../glue/work.h"
#include "../../inspect/snapshot.hh"
#include "fault.hh"
#include "fault_threads.hh"
#include "instruments.hh"
#include "promise.hh"
#include "user_steps.hh"
#include "verdict.hh"

namespace wqlab {

class Trial : public Verdict, public Instruments {
public:
    Trial(const Promise& promise, const Kernel& kernel, Fault fault, uint64_t seed);

    Result<void> create();

    const Promise& promise() const { return promise_; }
    Random& random() { return random_; }
    // Runs act on that CPU, waits until it has, and returns what it did, if that
    // was a bool. For what it captures the rule of actor() holds.
    template <typename Act>
    bool on_cpu(uint32_t cpu, Act act);

    // ---- time
    // Later events have higher ones: two calls of which one happens before the
    // other, by whatever the kernel promises of them (a pool's lock, a completion),
    // draw from the one word in that order, on any processor. Between others the
    // order says nothing, and no verdict is made of it.
    uint64_t ticket() { return __atomic_add_fetch(&tickets_, 1, __ATOMIC_ACQ_REL); }
    // Until the condition holds; if it does not for very long, fails with what
    // was waited for and the state of the trial's pools. False: failed, or
    // given up. The condition is asked again and again, and may be expensive.
    template <typename Condition>
    bool wait(Condition condition, const char* what);
    // Gives what must not happen time to happen: so many ns, or until it is given up.
    void linger(uint64_t ns = 30'000'000);
    // Something happened that a condition may depend on. Any context.
    void changed();
    // No wait() succeeds any more.
    bool given_up() const { return __atomic_load_n(&given_up_, __ATOMIC_ACQUIRE); }
    void give_up();
    // Changes as long as somebody looks, in wait(), or goes_on() is called: who does so does not hang.
    uint64_t progress() const { return __atomic_load_n(&progress_, __ATOMIC_RELAXED); }
    // A call has returned that a check may make hundreds of, without a wait: on a slow machine it would seem to hang.
    void goes_on() { __atomic_add_fetch(&progress_, 1, __ATOMIC_RELAXED); }

    // True: this kernel lacks one of enum wqlab_lack, and so the trial is skipped.
    bool skip_without(uint32_t needs);

    // ---- the machine; more in look.hh
    const Kernel& kernel() const { return kernel_; }
    // A new one, with the trial's workqueues in it; nullptr: skipped.
    const Snapshot* snapshot(uint32_t sections);
    uint32_t first_cpu() const { return wqlab_next_online_cpu(UINT32_MAX); }
    // Another online CPU; the same one if it is alone.
    uint32_t other_cpu(uint32_t cpu) const { return wqlab_next_online_cpu(cpu); }
    uint32_t online_cpus() const;

    // ---- by user space: 0 or errno
    int write(const char* path, const char* text) { return api_.write(*this, path, text); }
    int read(const char* path) { return api_.read(*this, WQLAB_STEP_READ, path); }  // then text()
    int list(const char* path) { return api_.read(*this, WQLAB_STEP_LIST, path); }
    const char* text() const { return text_; }
    // The same without any fault, for what is put back. kind: enum wqlab_check_step.
    int ask(uint32_t kind, const char* path, const char* text);
    void set_text(const char* text) { Text(text_).add(text); }
    UserSteps& user_steps() { return user_steps_; }

    // ---- faults
    const Api& api() const { return api_; }
    Fault fault() const { return fault_; }
    bool has_fault(Fault fault) const { return fault_ == fault; }
    // What some of them remember.
    struct FaultState {
        FaultThreads threads;
        uint32_t queue_calls = 0;
        TestItem* held = nullptr;
    };
    FaultState& faults() { return faults_; }

private:
    const Promise& promise_;
    const Kernel& kernel_;
    const Fault fault_;
    const Api& api_;
    FaultState faults_;
    Random random_;
    UserSteps user_steps_;
    char text_[WQLAB_STEP_TEXT_LEN] = {};
    Box<Snapshot> snapshot_;
    Event changed_;
    uint32_t waiting_ = 0;
    uint64_t tickets_ = 0;
    uint64_t progress_ = 0;
    bool given_up_ = false;
};

// In look.hh, which needs all of this.
void describe_pools(Trial& t);

template <typename Act>
bool Trial::on_cpu(uint32_t cpu, Act act)
{
    Actor& caller = actor("caller on a CPU", static_cast<int>(cpu), act);
    return wait([&] { return caller.done(); }, "a thread of its own to run on a CPU") && caller.result();
}

template <typename Condition>
bool Trial::wait(Condition condition, const char* what)
{
    const uint64_t most = fault_ == Fault::kNone ? check_bounds::kWait : check_bounds::kWait / 10;
    constexpr uint64_t kLook = 4'000'000;  // also if nobody says that something changed
    Patience patience(most, wqlab_now());
    __atomic_add_fetch(&waiting_, 1, __ATOMIC_ACQ_REL);
    bool holds;
    // To look takes long on a large machine.
    while (!(holds = condition()) && !given_up() && !patience.spend(wqlab_now(), check_bounds::kSecond)) {
        goes_on();
        changed_.wait(kLook);
        patience.spend(wqlab_now(), 10 * kLook);
    }
    __atomic_sub_fetch(&waiting_, 1, __ATOMIC_ACQ_REL);
    if (holds) {
        goes_on();
    } else if (!decided()) {
        if (given_up())
            fail("given up while it waited for %s", what);
        else
            fail("waited %u s in vain for %s", static_cast<uint32_t>(most / check_bounds::kSecond), what);
        describe_pools(*this);
    }
    return holds;
}

}  // namespace wqlab

// In a check: if the condition does not hold, the promise is broken, and this is what was seen.
#define WANT(trial, condition, ...)    \
    do {                               \
        if (!(condition)) {            \
            (trial).fail(__VA_ARGS__); \
            return;                    \
        }                              \
    } while (false)

// Wait for it, or end the check.
#define AWAIT(trial, condition, what)                         \
    do {                                                      \
        if (!(trial).wait([&] { return (condition); }, what)) \
            return;                                           \
    } while (false)

#define SKIP_UNLESS(trial, condition, ...) \
    do {                                   \
        if (!(condition)) {                \
            (trial).skip(__VA_ARGS__);     \
            return;                        \
        }                                  \
    } while (false)
