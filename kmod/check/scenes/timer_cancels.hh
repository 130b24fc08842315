// SPDX-License-Identifier: GPL-2.0
// Timers that are taken back.
#pragma once

#include "../../glue/timer_cancels.h"
#include "attached_probe.hh"

namespace wqlab {

// How often those of one function are, and who did it last.
class TimerCancels {
public:
    explicit TimerCancels(uintptr_t function)
        : function_(function),
          cancels_({[](void* to, uintptr_t of, int32_t pid) { static_cast<TimerCancels*>(to)->see(of, pid); }, this})
    {
    }

    bool attached() const { return cancels_.is_attached(); }
    uint32_t count() const { return __atomic_load_n(&count_, __ATOMIC_ACQUIRE); }
    int32_t pid() const { return __atomic_load_n(&pid_, __ATOMIC_RELAXED); }

private:
    void see(uintptr_t function, int32_t pid)
    {
        if (function != function_)
            return;
        __atomic_store_n(&pid_, pid, __ATOMIC_RELAXED);
        __atomic_add_fetch(&count_, 1, __ATOMIC_RELEASE);
    }

    const uintptr_t function_;
    uint32_t count_ = 0;
    int32_t pid_ = 0;
    Attached<wqlab_timer_cancels, wqlab_timer_cancels_attach, wqlab_timer_cancels_detach> cancels_;
};

}  // namespace wqlab
