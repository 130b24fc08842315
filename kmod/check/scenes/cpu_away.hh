// SPDX-License-Identifier: GPL-2.0
// A CPU that is offline for as long as this lasts.
#pragma once

#include "../../glue/hotplug.h"
#include "../../glue/time.h"
#include "../harness/trial.hh"

namespace wqlab {

class CpuAway {
public:
    // Skips the trial if the CPU can't go.
    CpuAway(Trial& trial, uint32_t cpu) : trial_(trial), cpu_(cpu)
    {
        if (const int error = wqlab_cpu_down(cpu))
            trial.skip("CPU %u can't be taken offline: error %d", cpu, error);
        else
            away_ = true;
    }
    CpuAway(const CpuAway&) = delete;
    ~CpuAway() { back(); }

    // Fails the trial if it does not come. A busy machine may refuse for a while.
    void back()
    {
        if (!std::exchange(away_, false))
            return;
        int error = wqlab_cpu_up(cpu_);
        for (int i = 0; i < kAttempts && error; i++) {
            wqlab_sleep(kPause);
            error = wqlab_cpu_up(cpu_);
        }
        if (error)
            trial_.fail("CPU %u can't be brought back: error %d", cpu_, error);
    }

private:
    static constexpr int kAttempts = 500;
    static constexpr uint64_t kPause = 20'000'000;

    Trial& trial_;
    uint32_t cpu_;
    bool away_ = false;
};

}  // namespace wqlab
