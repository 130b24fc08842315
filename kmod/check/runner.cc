// SPDX-License-Identifier: GPL-2.0
#include "runner.hh"

#include "../glue/module.h"
#include "../glue/time.h"

namespace wqlab {

namespace {

constexpr uint64_t kSecond = 1'000'000'000;
// A machine may be slow, but what a check waits for comes, one thing after the other.
constexpr uint64_t kCheckPatience = 70 * kSecond;    // with each: more than a wait() of its own, or a step's
constexpr uint64_t kCheckLimit = 300 * kSecond;      // with all of them
constexpr uint64_t kSlowCheckLimit = 900 * kSecond;  // of the class slow
constexpr uint64_t kGrace = 10 * kSecond;            // with all gates open

}  // namespace

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

void Runner::wait_for_end(uint64_t limit, uint64_t patience)
{
    const uint64_t began = wqlab_now();
    while (!trial_->finished() && !__atomic_load_n(&stopping_, __ATOMIC_ACQUIRE)) {
        const uint64_t progressed = trial_->progressed(), now = wqlab_now();
        if (now - began >= limit || now - progressed >= patience)
            return;
        trial_->ended().wait(kSecond / 10);
    }
}

void Runner::watch()
{
    Trial& trial = *trial_;
    if (trial.check().promise->classes & WQLAB_CHECK_SLOW)
        wait_for_end(kSlowCheckLimit, Event::kForEver);
    else
        wait_for_end(kCheckLimit, kCheckPatience);
    bool quarantined = false;
    if (!trial.finished()) {
        if (__atomic_exchange_n(&stopping_, false, __ATOMIC_ACQ_REL))
            trial.skip("stopped");
        else
            trial.say_where_it_hangs();
        trial.give_up();
        for (uint64_t end = wqlab_now() + kGrace; !trial.finished() && wqlab_now() < end;) {
            trial.keep_company();
            wait_for_end(kSecond, Event::kForEver);
        }
        quarantined = !trial.finished();
    }
    keep_verdict(quarantined);
    turn_();
}

void Runner::keep_verdict(bool quarantined)
{
    const Mutex::Guard guard(lock_);
    last_.state = WQLAB_CHECK_DONE;
    last_.status = trial_->status();
    last_.elapsed = wqlab_now() - began_;
    last_.quarantined = quarantined;
    Text(last_.reason).add(trial_->reason());
    Text(last_.evidence).add(trial_->evidence());
    if (quarantined) {
        // The kernel still has its items, and its thread sits in the kernel.
        wqlab_pin_module();
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
    state.state = trial_->hands().look(state.step) ? WQLAB_CHECK_ASKING : WQLAB_CHECK_RUNNING;
    state.elapsed = wqlab_now() - began_;
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
