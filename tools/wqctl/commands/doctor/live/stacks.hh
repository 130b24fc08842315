// SPDX-License-Identifier: GPL-2.0
// In what the machine's workers and those who wait for them sleep, for rules and beside findings.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "commands/doctor/live/case.hh"
#include "system/task_stacks.hh"

namespace wqctl::live {

struct Stacks {
    std::map<int32_t, TaskStack> by_pid;
    std::map<int32_t, Task> tasks;
    std::string lacking;  // why there are none
};

// Of workers that sleep and were at the same item in both looks, and of who waits for what they execute.
Stacks read_stacks(const Case& at);

// Puts the stacks of each finding's suspects, and of who waits for them, behind it, and says in what they sleep.
void add_stacks(const Case& at, const Stacks& stacks, std::vector<Finding>& findings);

}  // namespace wqctl::live
