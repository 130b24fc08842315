// SPDX-License-Identifier: GPL-2.0
// What a task's row in a snapshot means.
#pragma once

#include <string>

#include "snapshot/snapshot.hh"

namespace wqctl::live {

bool is_real_time(const wqlab_snap_task& task);  // before all that are fair: FIFO, RR, DEADLINE
// "SCHED_FIFO 50", "SCHED_DEADLINE", "nice 0"
std::string policy_text(const wqlab_snap_task& task);
// "asleep", "on CPU 2", "runnable, but not on a CPU", with since when.
std::string state_text(const wqlab_snap_task& task);

}  // namespace wqctl::live
