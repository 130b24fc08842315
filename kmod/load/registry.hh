// SPDX-License-Identifier: GPL-2.0
// All runs there are, and the thread that reaps those whose owner is gone.
#pragma once

#include "../lab/kthread.hh"
#include "../core/memory.hh"
#include "../lab/sync.hh"
#include "run.hh"

namespace wqlab {

class Registry {
public:
    // For messages: who hears of progress and ends.
    Result<void> create(Run::Listener listener);
    // After shut_down().
    ~Registry();

    // The new run's id. kBusy: as many runs as there may be. kNoDevice: unloading.
    Result<uint32_t> start(RunSpec&& spec, uint32_t owner);
    // Calls visit(run) with the registry locked; kNoEntry: there is no such run.
    template <typename Visit>
    Result<void> with(uint32_t id, Visit visit)
    {
        const Mutex::Guard guard(lock_);
        if (Slot* slot = slot_of(id); slot && slot->run)
            return visit(*slot->run);
        return Errno::kNoEntry;
    }
    template <typename Visit>
    void for_each(Visit visit)
    {
        const Mutex::Guard guard(lock_);
        for (Slot& slot : slots_)
            if (slot.run)
                visit(*slot.run);
    }
    // kBusy: it has not ended.
    Result<void> forget(uint32_t id);
    // Ends the owner's runs; they vanish once they have ended.
    void owner_gone(uint32_t owner);
    // Takes no new runs, ends all there are and waits for their items.
    void shut_down();
    // From a run's conductor: it has ended.
    void run_ended() { reap_.signal(); }

private:
    struct Slot {
        Box<Run> vacate();

        uint32_t id = 0;  // 0: free; set while its run is being created, too
        Box<Run> run;
    };

    Result<uint32_t> reserve();
    Result<void> create_run(RunSpec&& spec, uint32_t owner, uint32_t id, Box<Run>& run);
    uint32_t unused_id();
    Slot* slot_of(uint32_t id);
    template <typename Condition>
    Box<Run> take_out(Condition condition);
    void reap_orphans();

    // L: registry lock; outermost. Held for looks and moves only: closing any
    // generic-netlink socket of the machine takes it (owner_gone()).
    NamedMutex<"wqlab runs"> lock_;
    bool closed_ = false;   // L
    uint32_t last_id_ = 0;  // L
    Array<Slot> slots_;     // L
    Run::Listener listener_ = nullptr;
    Event reap_;
    Flag leaving_;
    Kthread reaper_;
};

}  // namespace wqlab
