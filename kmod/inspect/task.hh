// SPDX-License-Identifier: GPL-2.0
// What is shown of a task.
#pragma once

#include "kernel.hh"

namespace wqlab {

struct Task {
    char command[16];     // TASK_COMM_LEN
    Address cpus;         // its cpumask
    uint64_t runtime_ns;  // up to its last tick or switch
    int32_t pid;
    int32_t cpu;  // that it has or had last; -1: not known
    int32_t nice;
    bool sleeps;  // not on a runqueue
    bool on_cpu;
};

// False: there is no task at that address. Any context.
bool look_at(const Kernel& kernel, Address task, Task& look);

}  // namespace wqlab
