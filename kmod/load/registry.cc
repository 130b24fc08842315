// SPDX-License-Identifier: GPL-2.0
#include "registry.hh"

namespace wqlab {

Result<void> Registry::create(Run::Listener listener)
{
    listener_ = listener;
    runs_ = TRY(Array<Box<Run>>::create(WQLAB_MAX_RUNS));
    undertaker_ = TRY((Kthread::create<&Registry::bury_orphans>(*this, Kthread::kAnyCpu, "wqlab")));
    undertaker_.wake();
    return {};
}

Registry::~Registry()
{
    leaving_.set();
    burials_.signal();
    undertaker_.join();
}

Result<uint32_t> Registry::start(RunSpec&& spec, uint32_t owner)
{
    const Mutex::Guard guard(lock_);
    if (closed_)
        return Errno::kNoDevice;
    for (Box<Run>& slot : runs_) {
        if (slot)
            continue;
        const uint32_t id = unused_id();
        Box<Run> run = TRY(Box<Run>::create(id, spec.detached ? 0 : owner, std::move(spec), listener_));
        TRY(run->create());
        slot = std::move(run);
        return id;
    }
    return Errno::kBusy;
}

// L. Ids wrap, so that a workqueue's name has room; there are far more than runs.
uint32_t Registry::unused_id()
{
    for (;;) {
        last_id_ = last_id_ % WQLAB_MAX_RUN_ID + 1;
        bool used = false;
        for (Box<Run>& run : runs_)
            used |= run && run->id() == last_id_;
        if (!used)
            return last_id_;
    }
}

Result<void> Registry::forget(uint32_t id)
{
    const Mutex::Guard guard(lock_);
    for (Box<Run>& run : runs_) {
        if (!run || run->id() != id)
            continue;
        if (!run->ended())
            return Errno::kBusy;
        run = Box<Run>();
        return {};
    }
    return Errno::kNoEntry;
}

void Registry::owner_gone(uint32_t owner)
{
    const Mutex::Guard guard(lock_);
    for (Box<Run>& run : runs_)
        if (run && run->owner() == owner)
            run->abandon();
    burials_.signal();
}

void Registry::shut_down()
{
    const Mutex::Guard guard(lock_);
    closed_ = true;
    // First all, then one after the other: they drain side by side.
    for (Box<Run>& run : runs_)
        if (run)
            run->end(WQLAB_END_UNLOAD);
    for (Box<Run>& run : runs_)
        run = Box<Run>();
}

// The undertaker's thread. An orphan's conductor can't bury itself: its own
// thread would be the one to wait for.
void Registry::bury_orphans()
{
    while (!leaving_.is_set()) {
        burials_.wait();
        const Mutex::Guard guard(lock_);
        for (Box<Run>& run : runs_)
            if (run && run->abandoned() && run->ended())
                run = Box<Run>();
    }
}

}  // namespace wqlab
