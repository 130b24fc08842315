// SPDX-License-Identifier: GPL-2.0
// workqueue.cpu_intensive_thresh_us, set by user space for as long as this
// lasts: the kernel's own way to set it knows its size, and if the check is left
// behind, wqctl puts it back.
#pragma once

#include "../../glue/text.h"
#include "../harness/trial.hh"

namespace wqlab {

class Threshold {
public:
    Threshold(Trial& trial, uint64_t us) : trial_(trial)
    {
        const int error = trial.ask(WQLAB_STEP_READ, kPath, "");
        if (error == number(Errno::kNoEntry) && trial.kernel().lacks() & WQLAB_LACK_HOGS)
            return;  // it is as if it were 0
        if (error) {
            trial.skip("%s can't be read: error %d", kPath, error);
            return;
        }
        Text(before_).add(trial.text());
        char text[24];
        wqlab_format(text, sizeof(text), "%llu", static_cast<unsigned long long>(us));
        if (const int refused = trial.ask(WQLAB_STEP_WRITE, kPath, text))
            trial.skip("%s can't be written: error %d", kPath, refused);
        else
            set_ = true;
    }
    Threshold(const Threshold&) = delete;
    ~Threshold()
    {
        if (set_ && trial_.ask(WQLAB_STEP_WRITE, kPath, before_))
            trial_.fail("%s could not be set back to %s", kPath, before_);
    }

private:
    static constexpr const char* kPath = "/sys/module/workqueue/parameters/cpu_intensive_thresh_us";

    Trial& trial_;
    char before_[24] = {};
    bool set_ = false;
};

}  // namespace wqlab
