// SPDX-License-Identifier: GPL-2.0
// The stacks of who works and of who waits, in what is shown of a snapshot.
#pragma once

#include <string>
#include <vector>

#include "commands/dump/selection.hh"
#include "source/source.hh"
#include "system/task_stacks.hh"

namespace wqctl {

struct Stacks {
    std::vector<StackGroup> groups;
    size_t gone = 0;      // tasks that ended or went on meanwhile, or were on a CPU
    std::string lacking;  // why there are none; empty: there could be
};

// Busy workers, managers, and who waits for an item or a workqueue, each once.
std::vector<Task> tasks_of(const Snapshot& snapshot, const Selection& selection);

Stacks read_stacks(Source& source, const Snapshot& snapshot, const Selection& selection);

}  // namespace wqctl
