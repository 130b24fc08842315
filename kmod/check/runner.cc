// SPDX-License-Identifier: GPL-2.0
#include "runner.hh"

#include "../glue/module.h"
#include "../glue/time.h"

namespace wqlab {

using check_bounds::kSecond;

Result<void> Runner::start(const Check& check, Fault fault, uint64_t seed, uint32_t owner)
{
    const Mutex::Guard guard(lock_);
    if (going_)
        return Errno::kNoDevice;
    if (busy_)
        return Errno::kBusy;
    watcher_.join();
    worker_.join();
    trial_ = Box<Trial>();
    Box<Trial> trial = TRY(Box<Trial>::create(check, kernel_, fault, seed));
    TRY(trial->create());
    trial->hands().on_ask = turn_;
    listening_ = listening_ || wqlab_log_attach(&warnings_);
    trial->heed(warnings_.count);
    trial_ = std::move(trial);
    worker_ = TRY(Kthread::create<&Trial::main>(*trial_, Kthread::kAnyCpu, "wqlab_check"));
    Result<Kthread> watcher = Kthread::create<&Runner::watch>(*this, Kthread::kAnyCpu, "wqlab_watch");
    if (!watcher.ok()) {
        worker_.join();
        return watcher.error();
    }
    watcher_ = watcher.take();
    stopping_ = false;
    busy_ = true;
    owner_ = owner;
    began_ = wqlab_now();
    last_.reset();
    worker_.wake();
    watcher_.wake();
    return {};
}

template <typename Condition>
void Runner::wait_while(Condition condition)
{
    uint64_t told = wqlab_now();
    while (condition()) {
        trial_->ended().wait(kSecond / 10);
        if (const uint64_t now = wqlab_now(); now - told >= kSecond) {
            turn_();
            told = now;
        }
    }
}

void Runner::wait_for_end()
{
    using namespace check_bounds;
    const Trial& trial = *trial_;
    const bool slow = trial.check().promise->classes & WQLAB_CHECK_SLOW;
    // A stand-in that hangs does not take as long to prove it.
    const uint64_t hurry = hangs(trial.fault()) ? 10 : 1;
    const uint64_t began = wqlab_now();
    wait_while([&] {
        if (trial.finished() || __atomic_load_n(&stopping_, __ATOMIC_ACQUIRE))
            return false;
        const uint64_t progressed = trial.progressed(), ending = trial.ending_since(), now = wqlab_now();
        if (ending)
            return now - ending < kCleanUp / hurry;
        return slow ? now - began < kSlowLimit : now - began < kLimit && now - progressed < kPatience / hurry;
    });
}

// Does itself nothing that may hang as the trial does: takes none of the
// kernel's workqueue locks, and none that is held while one is waited for.
void Runner::watch()
{
    Trial& trial = *trial_;
    wait_for_end();
    if (!trial.finished()) {
        const bool stopped = __atomic_exchange_n(&stopping_, false, __ATOMIC_ACQ_REL);
        if (stopped)
            trial.skip("stopped");
        else
            trial.say_where_it_hangs();
        trial.give_up();
        // What was stopped hangs for no other reason than its gates, as a rule.
        if (const uint64_t end = wqlab_now() + kSecond; stopped)
            wait_while([&] { return !trial.finished() && wqlab_now() < end; });
        if (!trial.finished()) {
            if (stopped)
                trial.say_where_it_hangs();
            trial.call_for_help();
            const uint64_t end = wqlab_now() + check_bounds::kGrace / (hangs(trial.fault()) ? 10 : 1);
            wait_while([&] { return (!trial.finished() || trial.needs_help()) && wqlab_now() < end; });
        }
    }
    keep_verdict(!trial.finished() || trial.needs_help());
    turn_();
}

void Runner::keep_verdict(bool quarantined)
{
    const Mutex::Guard guard(lock_);
    last_.state = WQLAB_CHECK_DONE;
    last_.status = trial_->status();
    last_.elapsed = wqlab_now() - began_;
    last_.quarantined = quarantined;
    trial_->copy_verdict(last_.reason, last_.evidence);
    if (quarantined) {
        // The kernel still has its items, and its threads sit in the kernel.
        wqlab_pin_module();
        trial_->leave_helpers();
        trial_.release();
        worker_.leave();
    }
    busy_ = false;
}

void Runner::get(State& state)
{
    const Mutex::Guard guard(lock_);
    state = last_;
    if (!busy_)
        return;
    // If the watcher sleeps on a CPU that has died, no timer wakes it.
    trial_->ended().signal();
    state.state = trial_->hands().look(state.step) ? WQLAB_CHECK_ASKING : WQLAB_CHECK_RUNNING;
    state.elapsed = wqlab_now() - began_;
    if (trial_->decided()) {
        state.status = trial_->status();
        trial_->copy_verdict(state.reason, state.evidence);
    }
}

bool Runner::answer(uint32_t owner, uint32_t step, int error, const char* text)
{
    const Mutex::Guard guard(lock_);
    return busy_ && owner_ == owner && trial_->hands().answer(step, error, text);
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
    const Mutex::Guard guard(lock_);
    if (busy_ && owner_ == owner)
        stop();
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
    worker_.join();
    if (listening_)
        wqlab_log_detach(&warnings_);
    listening_ = false;
}

}  // namespace wqlab
