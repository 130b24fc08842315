// SPDX-License-Identifier: GPL-2.0
// workqueue.cpu_intensive_thresh_us, set for as long as this lasts.
#pragma once

#include "../glue/inspect.h"
#include "trial.hh"

namespace wqlab {

class Threshold {
public:
    Threshold(Trial& trial, uint64_t us) : variable_(trial.kernel()[Symbol::kCpuIntensiveThresh])
    {
        if (!variable_ || !wqlab_peek(&before_, variable_, sizeof(before_)))
            trial.skip("cpu_intensive_thresh_us can't be set here");
        else
            wqlab_poke(variable_, us);
    }
    Threshold(const Threshold&) = delete;
    ~Threshold()
    {
        if (variable_)
            wqlab_poke(variable_, before_);
    }

private:
    Address variable_;
    uint64_t before_ = 0;
};

}  // namespace wqlab
