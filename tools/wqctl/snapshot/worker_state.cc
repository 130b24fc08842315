// SPDX-License-Identifier: GPL-2.0
#include "snapshot/worker_state.hh"

#include "uapi/wqlab.h"

namespace wqctl {

WorkerState worker_state(uint32_t flags)
{
    if (flags & WQLAB_WORKER_BH)
        return WorkerState::kSoftirq;
    // A task sets its state and then calls schedule(), so it can have both
    // flags: until schedule() is done with it, it runs.
    if (flags & WQLAB_WORKER_ON_CPU)
        return WorkerState::kRunning;
    return flags & WQLAB_WORKER_SLEEPING ? WorkerState::kSleeping : WorkerState::kRunnable;
}

std::string_view worker_state_name(WorkerState state)
{
    switch (state) {
    case WorkerState::kSoftirq: return "softirq";
    case WorkerState::kRunning: return "running";
    case WorkerState::kRunnable: return "runnable";
    case WorkerState::kSleeping: return "sleeping";
    }
    return "unknown";
}

}  // namespace wqctl
