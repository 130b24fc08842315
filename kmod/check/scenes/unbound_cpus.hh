// SPDX-License-Identifier: GPL-2.0
// The CPUs of all unbound workqueues, set by user space and put back at the end.
#pragma once

#include "../harness/trial.hh"

namespace wqlab {

class UnboundCpus {
public:
    explicit UnboundCpus(Trial& trial) : trial_(trial) {}
    UnboundCpus(const UnboundCpus&) = delete;
    ~UnboundCpus()
    {
        if (changed_ && trial_.ask(WQLAB_STEP_WRITE, kPath, before_))
            trial_.fail("%s could not be set back to %s", kPath, before_);
    }

    // What there is, if it can be put back. False: the trial has been decided.
    bool keep_mask();
    bool restrict_to(uint32_t cpu) { return write_mask(uint64_t{1} << cpu); }
    bool write_mask(uint64_t cpus);

    static constexpr const char* kPath = "/sys/devices/virtual/workqueue/cpumask";
    static constexpr const char* kRequested = "/sys/devices/virtual/workqueue/cpumask_requested";

private:
    Trial& trial_;
    char* before_ = nullptr;  // the trial's
    bool changed_ = false;
};

}  // namespace wqlab
