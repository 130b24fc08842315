// SPDX-License-Identifier: GPL-2.0
// What is shown of a task.
#pragma once

#include "kernel.hh"

namespace wqlab {

struct Task {
    char command[16];     // TASK_COMM_LEN
    Address cpus;         // its cpumask
    uint64_t runtime_ns;  // up to its last tick or switch
    uint64_t switches;
    // By the clocks of its CPU's runqueue, as fields.def has them; 0: not known.
    uint64_t charged, arrived, queued;
    int32_t pid;
    int32_t cpu;  // that it has or had last; -1: not known
    int32_t nice;
    uint32_t state;  // __state
    uint32_t policy, rt_priority;
    bool sleeps;  // not on a runqueue
    bool on_cpu;
    bool about_to_sleep;  // on a runqueue, in a state to sleep in
    bool is_kthread;
    bool is_worker;  // PF_WQ_WORKER; true, too, where that is not known
};

// False: there is no task at that address. Any context. Where time counts, under pool->lock, without what
// look_closer() adds: switches, the clocks' stamps, policy and priority. The stamps of a task that has gone to sleep,
// or got a CPU or lost it, since it was looked at are not known.
bool look_at(const Kernel& kernel, Address task, Task& look);
void look_closer(const Kernel& kernel, Address task, Task& look);

}  // namespace wqlab
