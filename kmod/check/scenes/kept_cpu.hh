// SPDX-License-Identifier: GPL-2.0
// A CPU that nobody else gets for a while: with softirqs off, and so without its threads. Not with PREEMPT_RT.
#pragma once

#include "../../glue/context.h"
#include "../../glue/time.h"
#include "../harness/trial.hh"

namespace wqlab {

class KeptCpu {
public:
    // MOST: ns, after which it is let go of in any case.
    void init(Trial& trial, uint64_t most) { trial_ = &trial, most_ = most, state_ = kBefore, lets_go_ = false; }

    // By a thread of the trial that is bound to it; returns when it is let go of.
    void keep() { wqlab_call_with_bh_off(spin, this); }
    // Any context.
    void let_go() { __atomic_store_n(&lets_go_, true, __ATOMIC_RELEASE); }
    bool is_kept() const { return state() == kKept; }
    bool is_over() const { return state() == kOver; }

private:
    enum State : uint32_t { kBefore, kKept, kOver };

    State state() const { return static_cast<State>(__atomic_load_n(&state_, __ATOMIC_ACQUIRE)); }

    static void spin(void* self)
    {
        KeptCpu& kept = *static_cast<KeptCpu*>(self);
        const uint64_t until = wqlab_now() + kept.most_;
        __atomic_store_n(&kept.state_, kKept, __ATOMIC_RELEASE);
        kept.trial_->changed();
        while (!__atomic_load_n(&kept.lets_go_, __ATOMIC_ACQUIRE) && wqlab_now() < until && !kept.trial_->given_up())
            wqlab_relax();
        __atomic_store_n(&kept.state_, kOver, __ATOMIC_RELEASE);
    }

    Trial* trial_;
    uint64_t most_;
    uint32_t state_;
    bool lets_go_;
};

}  // namespace wqlab
