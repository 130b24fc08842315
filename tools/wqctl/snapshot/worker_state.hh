// SPDX-License-Identifier: GPL-2.0
// What a busy worker, or any task, is doing.
#pragma once

#include <cstdint>
#include <string_view>

namespace wqctl {

enum class WorkerState {
    kSoftirq,    // no task: BH items run in the softirq of their CPU
    kRunning,    // on a CPU, also where it is just about to sleep
    kRunnable,   // waits for its CPU
    kPreempted,  // likewise, on its way to sleep: it has set its state, but schedule() has not been called
    kSleeping,
};

// flags: enum wqlab_worker_flag.
WorkerState worker_state(uint32_t flags);
// flags: enum wqlab_task_flag.
WorkerState task_state(uint32_t flags);
std::string_view worker_state_name(WorkerState state);

}  // namespace wqctl
