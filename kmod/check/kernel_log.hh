// SPDX-License-Identifier: GPL-2.0
// Counts lines of the kernel's log for as long as it lasts.
#pragma once

#include "../glue/kernel_log.h"
#include "trial.hh"

namespace wqlab {

class KernelLog {
public:
    KernelLog(Trial& trial, const char* wanted, bool of_workqueues = false)
        : trial_(trial), log_{wanted, of_workqueues, 0}, attached_(wqlab_log_attach(&log_))
    {
        if (!attached_)
            trial.skip("the kernel's log can't be watched here");
    }
    KernelLog(const KernelLog&) = delete;
    ~KernelLog()
    {
        if (attached_)
            wqlab_log_detach(&log_);
    }

    uint32_t count() const
    {
        return trial_.has_fault(Fault::kLogIsSilent) ? 0 : __atomic_load_n(&log_.count, __ATOMIC_RELAXED);
    }

private:
    Trial& trial_;
    wqlab_log log_;
    bool attached_;
};

}  // namespace wqlab
