// SPDX-License-Identifier: GPL-2.0
// The workqueue that is meant by what somebody wrote.
#pragma once

#include <string>

#include "snapshot/snapshot.hh"

namespace wqctl {

// "events", "events@00000000deadbeef", "system_wq", or as WorkqueueLabels shows it: "events (system_wq)",
// "events #deadbeef". Refuses what is not there or has more than one meaning, and says what would be right.
uint32_t find_workqueue(const Snapshot& snapshot, const std::string& text);
// As short as can be to be found again, and nothing that a shell reads otherwise: for what is to be typed. What is
// shown is its label.
std::string unique_name(const Snapshot& snapshot, const wqlab_snap_workqueue& workqueue);

}  // namespace wqctl
