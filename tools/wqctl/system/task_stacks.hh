// SPDX-License-Identifier: GPL-2.0
// The kernel stacks of this machine's tasks, by /proc. A snapshot names tasks; until their stacks are read they may
// have ended, and others have their pids: what is not for certain the same task is left out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "text/frames.hh"

namespace wqctl {

struct Task {
    int pid = 0;
    std::string command;     // the kernel's task->comm
    bool is_worker = false;  // known to be in the middle of an item
};

struct TaskStack {
    Frames frames;
    char state = 0;  // as ps has it
};

class TaskStacks {
public:
    // taken_ns: CLOCK_MONOTONIC of when the tasks were seen; one that began later is another. proc: for tests.
    explicit TaskStacks(uint64_t taken_ns, std::string proc = "/proc");

    // Why none can be read here, and what would be right; empty: they can.
    const std::string& lacking() const { return lacking_; }
    // Nothing if the task has ended, is another, runs on a CPU just now, or has gone on to something else.
    std::optional<TaskStack> read(const Task& task) const;

private:
    std::string proc_;
    uint64_t taken_since_boot_ns_;
    std::string lacking_;
};

// Tasks with equal stacks.
struct StackGroup {
    Frames frames;
    std::string states;  // each once
    std::vector<Task> tasks;
};

// The largest group first.
std::vector<StackGroup> group_equal(const std::vector<std::pair<Task, TaskStack>>& stacks);

}  // namespace wqctl
