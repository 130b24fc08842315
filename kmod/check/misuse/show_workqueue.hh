// SPDX-License-Identifier: GPL-2.0
// What the kernel's log says of one workqueue.
#pragma once

#include "../../glue/symbols.h"
#include "../scenes/thread_log.hh"

namespace wqlab {

// Has the kernel show a workqueue, and hears it.
class Shower {
public:
    // Skips the trial where that can't be.
    explicit Shower(Trial& t) : t_(t), show_(wqlab_symbol("show_one_workqueue")), said_(t.own<Said>()), log_(said_)
    {
        if (!show_)
            t.skip("this kernel does not show show_one_workqueue()");
        else if (!log_.attached())
            t.skip("the kernel's log can't be watched here");
    }

    // What it says of that one, until the next call; "": the trial has been decided, or it says nothing.
    const char* show(const Queue& wq)
    {
        if (t_.decided())
            return "";
        said_->forget();
        if (!wqlab_call(show_, reinterpret_cast<unsigned long>(wq.get()), 0, 0, nullptr))
            t_.skip("kprobes are disarmed, so the kernel can't be called");
        return t_.has_fault(Fault::kLogIsSilent) ? "" : said_->text;
    }

private:
    Trial& t_;
    const uintptr_t show_;
    Said* const said_;
    LogListener<Saying> log_;
};

}  // namespace wqlab
