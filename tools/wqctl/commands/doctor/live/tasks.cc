// SPDX-License-Identifier: GPL-2.0
#include "commands/doctor/live/tasks.hh"

#include <array>

#include <fmt/core.h>

#include "commands/doctor/live/words.hh"

namespace wqctl::live {

namespace {

enum Policy : uint32_t { kFifo = 1, kRoundRobin = 2, kDeadline = 6 };  // include/uapi/linux/sched.h

}  // namespace

bool is_real_time(const wqlab_snap_task& task)
{
    return task.policy == kFifo || task.policy == kRoundRobin || task.policy == kDeadline;
}

std::string policy_text(const wqlab_snap_task& task)
{
    constexpr std::array kNames = {"SCHED_OTHER", "SCHED_FIFO", "SCHED_RR",       "SCHED_BATCH",
                                   "?",           "SCHED_IDLE", "SCHED_DEADLINE", "SCHED_EXT"};
    const std::string name = task.policy < kNames.size() ? kNames[task.policy] : fmt::format("policy {}", task.policy);
    if (task.policy == kFifo || task.policy == kRoundRobin)
        return fmt::format("{} {}", name, task.rt_priority);
    return task.policy == kDeadline ? name : fmt::format("{}, nice {}", name, task.nice);
}

std::string state_text(const wqlab_snap_task& task)
{
    std::string text = task.flags & WQLAB_TASK_ON_CPU     ? fmt::format("on CPU {}", task.cpu)
                       : task.flags & WQLAB_TASK_SLEEPING ? "asleep"
                                                          : "runnable, but not on a CPU";
    return task.since_ns == WQLAB_NEVER ? text : text + " for " + lasting(task.since_ns);
}

}  // namespace wqctl::live
