// SPDX-License-Identifier: GPL-2.0
#include "trial.hh"

#include "../../core/lacks.hh"
#include "../../glue/workqueue.h"

namespace wqlab {

Trial::Trial(const Promise& promise, const Kernel& kernel, Fault fault, uint64_t seed)
    : Verdict(promise, fault),
      Instruments(*this),
      promise_(promise),
      kernel_(kernel),
      fault_(fault),
      api_(api_of(fault)),
      random_(seed)
{
}

Result<void> Trial::create()
{
    TRY(Instruments::create());
    return fault_ == Fault::kNone ? Result<void>() : faults_.threads.start();
}

// Who waits counts itself and then looks at its condition; here the condition was
// changed before the look at the count. No barrier keeps the two looks from
// missing each other: then the waiter looks again after kLook.
void Trial::changed()
{
    if (__atomic_load_n(&waiting_, __ATOMIC_ACQUIRE))
        changed_.signal();
}

void Trial::linger(uint64_t ns)
{
    constexpr uint64_t kPiece = check_bounds::kSecond;
    for (; ns > kPiece && !given_up(); ns -= kPiece)
        wqlab_sleep(kPiece);
    if (!given_up())
        wqlab_sleep(ns);
}

void Trial::give_up()
{
    __atomic_store_n(&given_up_, true, __ATOMIC_RELEASE);
    user_steps_.give_up();
    changed_.signal();
    open_gates();
}

bool Trial::skip_without(uint32_t needs)
{
    const Lack* lack = first_lack(needs & (wqlab_lacks() | (kernel_.lacks() & kLacksOfNoHeader)));
    if (lack)
        skip("this kernel has not %s, which came with Linux %s", lack->what, lack->since);
    return lack;
}

uint32_t Trial::online_cpus() const
{
    uint32_t n = 0;
    for (uint32_t cpu = 0; cpu < wqlab_nr_cpus(); cpu++)
        n += wqlab_cpu_online(cpu);
    return n;
}

const Snapshot* Trial::snapshot(uint32_t sections)
{
    if (kernel_.available(sections) != sections) {
        skip("this kernel does not show what is needed; see wqctl info");
        return nullptr;
    }
    Result<Box<Snapshot>> created = Box<Snapshot>::create();
    if (!created.ok()) {
        skip("no memory for a snapshot");
        return nullptr;
    }
    snapshot_ = created.take();
    const Calls::Scope in(calls(), Call::kSnapshot, "the machine");
    if (const Result<void> taken = snapshot_->take(kernel_, sections); !taken.ok()) {
        if (taken.error() == Errno::kBusy)
            skip("somebody held wq_pool_mutex for %u s",
                 static_cast<uint32_t>(Snapshot::kPatienceNs / check_bounds::kSecond));
        else
            skip("no memory for a snapshot");
        return nullptr;
    }
    api_.snapshot(*snapshot_);
    return snapshot_.get();
}

int Trial::ask(uint32_t kind, const char* path, const char* text)
{
    const int error = user_steps_.ask(kind, path, text);
    goes_on();
    if (kind != WQLAB_STEP_WRITE)
        set_text(error ? "" : user_steps_.text());
    return error;
}

}  // namespace wqlab
