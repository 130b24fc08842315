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
    if (flags & WQLAB_WORKER_SLEEPING)
        return WorkerState::kSleeping;
    return flags & WQLAB_WORKER_ABOUT_TO_SLEEP ? WorkerState::kPreempted : WorkerState::kRunnable;
}

WorkerState task_state(uint32_t flags)
{
    return worker_state((flags & WQLAB_TASK_ON_CPU ? WQLAB_WORKER_ON_CPU : 0) |
                        (flags & WQLAB_TASK_SLEEPING ? WQLAB_WORKER_SLEEPING : 0) |
                        (flags & WQLAB_TASK_ABOUT_TO_SLEEP ? WQLAB_WORKER_ABOUT_TO_SLEEP : 0));
}

std::string_view worker_state_name(WorkerState state)
{
    switch (state) {
    case WorkerState::kSoftirq: return "softirq";
    case WorkerState::kRunning: return "running";
    case WorkerState::kRunnable: return "runnable";
    case WorkerState::kPreempted: return "preempted";
    case WorkerState::kSleeping: return "sleeping";
    }
    return "unknown";
}

}  // namespace wqctl
