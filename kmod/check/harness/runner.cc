// SPDX-License-Identifier: GPL-2.0
#include "runner.hh"

#include "../../core/patience.hh"
#include "../../glue/cpu.h"
#include "../../glue/module.h"
#include "../../glue/time.h"

namespace wqlab {

using check_bounds::kSecond;

namespace {

// The watcher looks ten times a second. Of what passes between two looks this much counts.
constexpr uint64_t kTurn = kSecond / 10, kMostOfTurn = 3 * kTurn;

// Where the watcher is bound: a fault of the kernel may cost a CPU, whose timers wake nobody then, and the first ones
// are those that most checks use.
int last_cpu()
{
    uint32_t cpu = wqlab_nr_cpus() - 1;
    while (cpu && !wqlab_cpu_online(cpu))
        cpu--;
    return static_cast<int>(cpu);
}

}  // namespace

Result<void> Runner::start(const Check& check, Fault fault, uint64_t seed, uint32_t owner)
{
    // What it gives way to ends with the lock open: the watcher first, because it looks at the trial.
    Box<TrialThread> previous;
    Kthread previous_watcher;
    Box<Listener> listener;
    {
        const Mutex::Guard guard(lock_);
        if (going_)
            return Errno::kNoDevice;
        if (busy_ || opening_)
            return Errno::kBusy;
        opening_ = true;
        previous = std::move(trial_);
        previous_watcher = std::move(watcher_);
        listener = std::move(listener_);
    }
    previous_watcher.join();
    previous = Box<TrialThread>();
    if (!listener || !listener->attached())
        if (Result<Box<Listener>> made = Box<Listener>::create(); made.ok())
            listener = made.take();
    Result<Box<TrialThread>> made = make(check, fault, seed, listener.get());
    Result<Kthread> watcher = Kthread::create<&Runner::watch>(*this, last_cpu(), "wqlab_watch");

    // Neither has begun, so they end by themselves if they are not taken.
    const Mutex::Guard guard(lock_);
    opening_ = false;
    listener_ = std::move(listener);
    // Whose socket ends the listener, also if nothing else came of it.
    owner_ = owner;
    owner_gone_ = false;
    if (going_ || !made.ok() || !watcher.ok())
        return going_ ? Errno::kNoDevice : made.ok() ? watcher.error() : made.error();
    trial_ = made.take();
    watcher_ = watcher.take();
    stopping_ = false;
    busy_ = true;
    began_ = wqlab_now();
    last_.reset();
    trial_->start();
    watcher_.wake();
    return {};
}

Result<Box<TrialThread>> Runner::make(const Check& check, Fault fault, uint64_t seed, const Listener* listener) const
{
    Box<TrialThread> trial = TRY(Box<TrialThread>::create(check, kernel_, fault, seed));
    TRY(trial->create(listener && listener->attached() ? &listener->heard() : nullptr));
    trial->trial().user_steps().on_ask = turn_;
    return trial;
}

template <typename Condition>
void Runner::wait_while(Condition condition)
{
    uint64_t told = wqlab_now();
    while (condition()) {
        trial_->turn().wait(kTurn);
        if (const uint64_t now = wqlab_now(); now - told >= kSecond) {
            turn_();
            told = now;
        }
    }
}

void Runner::wait_for_end()
{
    using namespace check_bounds;
    const TrialThread& thread = *trial_;
    Trial& trial = trial_->trial();
    const bool slow = thread.promise().classes & WQLAB_CHECK_SLOW;
    // A stand-in that hangs does not take as long to prove it.
    const uint64_t hurry = hangs(trial.fault()) ? 10 : 1;
    const uint64_t began = wqlab_now();
    Patience limit(slow ? kSlowLimit : kLimit, began), stands_still(kPatience / hurry, began),
        clean_up(kCleanUp / hurry, began);
    uint64_t seen = 0;
    wait_while([&] {
        if (thread.finished() || __atomic_load_n(&stopping_, __ATOMIC_ACQUIRE))
            return false;
        if (thread.is_ending())
            return !clean_up.spend(wqlab_now(), kMostOfTurn);
        clean_up = Patience(kCleanUp / hurry, wqlab_now());
        // A step has an end of its own.
        if (const uint64_t now = trial.progress(); now != seen || trial.user_steps().is_asking()) {
            seen = now;
            stands_still = Patience(kPatience / hurry, wqlab_now());
        }
        return !limit.spend(wqlab_now(), kMostOfTurn) && (slow || !stands_still.spend(wqlab_now(), kMostOfTurn));
    });
}

// Does itself nothing that may hang as the trial does: takes none of the
// kernel's workqueue locks, and no lock that somebody who waits for one holds.
void Runner::watch()
{
    TrialThread& thread = *trial_;
    Trial& trial = thread.trial();
    wait_for_end();
    if (!thread.finished()) {
        const bool stopped = __atomic_exchange_n(&stopping_, false, __ATOMIC_ACQ_REL);
        if (stopped)
            trial.skip("stopped");
        else
            thread.fail_where_it_hangs();
        trial.give_up();
        // What is stopped waits for its gates, as a rule, and needs no help.
        if (const uint64_t end = wqlab_now() + kSecond; stopped)
            wait_while([&] { return !thread.finished() && wqlab_now() < end; });
        if (!thread.finished()) {
            // Who was told to stop is not judged: it may just be slow.
            if (stopped)
                thread.note_where_it_hangs();
            thread.call_for_help();
            Patience grace(check_bounds::kGrace / (hangs(trial.fault()) ? 10 : 1), wqlab_now());
            wait_while([&] {
                return (!thread.finished() || thread.is_being_helped()) && !grace.spend(wqlab_now(), kMostOfTurn);
            });
        }
    }
    keep_verdict();
    turn_();
}

void Runner::keep_verdict()
{
    Box<Listener> last;
    const Mutex::Guard guard(lock_);
    last_.state = WQLAB_CHECK_DONE;
    last_.elapsed = wqlab_now() - began_;
    last_.quarantined = !trial_->finished() || trial_->is_being_helped();
    trial_->trial().copy(last_.status, last_.reason, last_.evidence);
    if (last_.quarantined) {
        left_behind_ = true;
        // The kernel still has its items, and its threads sit in the kernel.
        wqlab_pin_module();
        trial_->leave();
        trial_.release();
    }
    busy_ = false;
    last = unheard();
}

void Runner::get(State& state)
{
    const Mutex::Guard guard(lock_);
    state = last_;
    if (!busy_)
        return;
    // If the watcher sleeps on a CPU that has died, no timer wakes it.
    trial_->turn().signal();
    Trial& trial = trial_->trial();
    state.state = trial.user_steps().look(state.step) ? WQLAB_CHECK_ASKING : WQLAB_CHECK_RUNNING;
    state.elapsed = wqlab_now() - began_;
    if (trial.decided())
        trial.copy(state.status, state.reason, state.evidence);
}

bool Runner::answer(uint32_t owner, uint32_t step, int error, const char* text)
{
    const Mutex::Guard guard(lock_);
    return busy_ && owner_ == owner && trial_->trial().user_steps().answer(step, error, text);
}

void Runner::stop()
{
    // The watcher looks ten times a second.
    __atomic_store_n(&stopping_, true, __ATOMIC_RELEASE);
}

Result<void> Runner::stop(uint32_t owner)
{
    const Mutex::Guard guard(lock_);
    if (owner_ != owner)
        return Errno::kNoEntry;
    if (busy_)
        stop();
    return {};
}

void Runner::owner_gone(uint32_t owner)
{
    Box<Listener> last;
    const Mutex::Guard guard(lock_);
    if (owner_ != owner)
        return;
    owner_gone_ = true;
    if (busy_)
        stop();
    last = unheard();
}

// Where something hangs, a CPU may have died, for which its end would wait: then it stays, as the module does.
Box<Runner::Listener> Runner::unheard()
{
    return owner_gone_ && !busy_ && !left_behind_ ? std::move(listener_) : Box<Listener>();
}

void Runner::shut_down()
{
    {
        const Mutex::Guard guard(lock_);
        going_ = true;
        if (busy_)
            stop();
    }
    watcher_.join();
    // A pin comes too late for who is already leaving: what was left behind still runs in the module's code and memory,
    // and the log's tracepoint may still call it. As an idle sleeper, this is no hung task.
    if (left_behind_) {
        wqlab_say_module_stays();
        for (;;)
            Kthread::sleep_unless([] { return false; });
    }
    trial_ = Box<TrialThread>();
    listener_ = Box<Listener>();
}

}  // namespace wqlab
