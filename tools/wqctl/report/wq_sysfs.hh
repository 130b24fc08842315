// SPDX-License-Identifier: GPL-2.0
// A workqueue's knobs under /sys/devices/virtual/workqueue.
#pragma once

#include <string>

#include "report/report.hh"
#include "scenario/scenario.hh"

namespace wqctl {

// Writes what the scenario asks for; throws with the file and the kernel's
// answer. root: "/" or a made-up tree.
void write_attributes(const WorkqueueSpec& workqueue, const std::string& kernel_name, const std::string& root = "/");

// What is in effect; empty fields where there is no such file.
WqAttributes read_attributes(const std::string& kernel_name, const std::string& root = "/");

}  // namespace wqctl
