// SPDX-License-Identifier: GPL-2.0
// What an item does in two phases: it keeps its CPU until it may sleep, and then sleeps until a gate opens.
#pragma once

#include "../../glue/cpu.h"
#include "../../glue/time.h"
#include "../harness/trial.hh"

namespace wqlab {

class SpinThenSleep {
public:
    // Before the item is queued.
    void init(Trial& trial) { trial_ = &trial, gate_ = &trial.gate(), may_sleep_ = false; }

    // For TestItem::on_run(), with one of these as the argument.
    static void run(TestItem&, void* self)
    {
        SpinThenSleep& phases = *static_cast<SpinThenSleep*>(self);
        while (!__atomic_load_n(&phases.may_sleep_, __ATOMIC_ACQUIRE) && !phases.trial_->given_up() &&
               !phases.trial_->decided()) {
            wqlab_resched();
            wqlab_relax();
        }
        phases.gate_->pass();
    }

    // Any context.
    void sleep() { __atomic_store_n(&may_sleep_, true, __ATOMIC_RELEASE); }
    void end() { gate_->open(); }

private:
    Trial* trial_;
    Gate* gate_;
    bool may_sleep_;
};

}  // namespace wqlab
