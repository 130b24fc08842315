// SPDX-License-Identifier: GPL-2.0
// The scheduler's words for a task.
#pragma once

#include <cstdint>
#include <string>

#include "snapshot/names.hh"
#include "uapi/wqlab.h"

namespace wqctl {

// The letter that ps has for __state, of a task that is not on a runqueue: "D"; "R" for 0.
std::string_view state_letter(uint32_t state);
Words state_letters();

std::string_view policy_name(uint32_t policy);  // "fifo"
Words policy_names();
// A policy before which a worker, which is SCHED_OTHER, has to wait: fifo, rr, deadline.
bool is_real_time(const wqlab_snap_task& task);
// "fifo 50", "other, nice -20"
std::string scheduling_text(const wqlab_snap_task& task);

}  // namespace wqctl
