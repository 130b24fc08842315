// SPDX-License-Identifier: GPL-2.0
#include "registry.hh"

namespace wqlab {

Result<void> Registry::create(Run::Listener listener)
{
    listener_ = listener;
    slots_ = TRY(Array<Slot>::create(WQLAB_LIMIT_RUNS));
    reaper_ = TRY((Kthread::create<&Registry::reap_orphans>(*this, Kthread::kAnyCpu, "wqlab")));
    reaper_.wake();
    return {};
}

Registry::~Registry()
{
    leaving_.set();
    reap_.signal();
    reaper_.join();
}

Result<uint32_t> Registry::start(RunSpec&& spec, uint32_t owner)
{
    const uint32_t id = TRY(reserve());
    Box<Run> run;
    const Result<void> created = create_run(std::move(spec), owner, id, run);

    const Mutex::Guard guard(lock_);
    Slot& slot = *slot_of(id);
    if (created.ok() && !closed_)
        slot.run = std::move(run);
    else
        slot.id = 0;
    if (!created.ok())
        return created.error();
    if (closed_)
        return Errno::kNoDevice;
    return id;
}

Result<uint32_t> Registry::reserve()
{
    const Mutex::Guard guard(lock_);
    if (closed_)
        return Errno::kNoDevice;
    for (Slot& slot : slots_)
        if (!slot.id)
            return slot.id = unused_id();
    return Errno::kBusy;
}

Result<void> Registry::create_run(RunSpec&& spec, uint32_t owner, uint32_t id, Box<Run>& run)
{
    run = TRY(Box<Run>::create(id, spec.detached ? 0 : owner, std::move(spec), listener_));
    return run->create();
}

// L. Ids wrap, so that a workqueue's name has room; there are far more than runs.
uint32_t Registry::unused_id()
{
    do
        last_id_ = last_id_ % WQLAB_LIMIT_RUN_ID + 1;
    while (slot_of(last_id_));
    return last_id_;
}

// L. nullptr: no such run, not even one that is being created.
Registry::Slot* Registry::slot_of(uint32_t id)
{
    for (Slot& slot : slots_)
        if (slot.id == id)
            return &slot;
    return nullptr;
}

// L. The slot is free; the caller lets the run go once the lock is open.
Box<Run> Registry::Slot::vacate()
{
    id = 0;
    return std::move(run);
}

Result<void> Registry::forget(uint32_t id)
{
    Box<Run> forgotten;
    const Mutex::Guard guard(lock_);
    Slot* slot = slot_of(id);
    if (!slot || !slot->run)
        return Errno::kNoEntry;
    if (!slot->run->ended())
        return Errno::kBusy;
    forgotten = slot->vacate();
    return {};
}

void Registry::owner_gone(uint32_t owner)
{
    const Mutex::Guard guard(lock_);
    for (Slot& slot : slots_)
        if (slot.run && slot.run->owner() == owner)
            slot.run->abandon();
    reap_.signal();
}

void Registry::shut_down()
{
    // First all, then one after the other: they drain side by side.
    {
        const Mutex::Guard guard(lock_);
        closed_ = true;
        for (Slot& slot : slots_)
            if (slot.run)
                slot.run->end(WQLAB_END_UNLOAD);
    }
    while (take_out([](const Run&) { return true; }))
        ;
}

// The reaper's thread. A run's conductor can't reap it: its own thread would be
// the one to wait for.
void Registry::reap_orphans()
{
    while (!leaving_.is_set()) {
        reap_.wait();
        while (take_out([](const Run& run) { return run.abandoned() && run.ended(); }))
            ;
    }
}

// One run that the condition names; it ends its life with the lock open,
// because that may take as long as its items do.
template <typename Condition>
Box<Run> Registry::take_out(Condition condition)
{
    const Mutex::Guard guard(lock_);
    for (Slot& slot : slots_)
        if (slot.run && condition(*slot.run))
            return slot.vacate();
    return {};
}

}  // namespace wqlab
