// SPDX-License-Identifier: GPL-2.0
// A freeze of all freezable workqueues, as before suspend, without anything else of suspend.
#pragma once

#include "../../glue/symbols.h"
#include "../harness/trial.hh"

namespace wqlab {

// Workqueues are frozen for as long as this lasts, and no longer, whatever happens.
class Frozen {
public:
    explicit Frozen(Trial& trial)
        : trial_(trial), thaw_(wqlab_symbol("thaw_workqueues")), busy_(wqlab_symbol("freeze_workqueues_busy"))
    {
        const uintptr_t freeze = wqlab_symbol("freeze_workqueues_begin");
        if (!freeze || !thaw_ || !busy_)
            trial.skip("this kernel can't freeze workqueues");
        else if (!wqlab_call(freeze, 0, 0, 0, nullptr))
            trial.skip("kprobes are disarmed, so the kernel can't be called");
        else
            frozen_ = true;
    }
    Frozen(const Frozen&) = delete;
    ~Frozen() { thaw(); }

    // What runs of freezable workqueues is waited for.
    bool busy()
    {
        unsigned long busy = 0;
        // It is a bool: the rest of the register is anything.
        const bool says = wqlab_call(busy_, 0, 0, 0, &busy) && busy & 0xff;
        return trial_.has_fault(Fault::kBusyLies) ? false : says;
    }
    void thaw()
    {
        if (!frozen_)
            return;
        frozen_ = !trial_.wait([this] { return wqlab_call(thaw_, 0, 0, 0, nullptr); }, "kprobes to be armed again");
        if (frozen_)
            trial_.fail_hard("kprobes were disarmed meanwhile, and workqueues are still frozen");
        frozen_ = false;
    }

private:
    Trial& trial_;
    const uintptr_t thaw_, busy_;
    bool frozen_ = false;
};

}  // namespace wqlab
