// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <vector>

#include "commands/doctor/finding.hh"
#include "klog/dump.hh"
#include "term/json_writer.hh"
#include "term/style.hh"

namespace wqctl {

// What was read, in a line.
std::string render_summary(const klog::Log& log, const std::vector<Finding>& findings);
// Each dump, and what of it was not understood.
std::string render_dumps(const klog::Log& log, const Style& style);

// Members of a document: "dumps", "stacks", "not_understood".
void write_log(JsonWriter& j, const klog::Log& log);

}  // namespace wqctl
