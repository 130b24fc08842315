// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <vector>

#include "commands/doctor/finding.hh"
#include "klog/dump.hh"
#include "term/style.hh"

namespace wqctl {

std::string_view certainty_name(Certainty certainty);

std::string render_findings(const std::vector<Finding>& findings, const Style& style);
// What was read, in a line.
std::string render_summary(const klog::Log& log, const std::vector<Finding>& findings);
// Each dump, and what of it was not understood.
std::string render_dumps(const klog::Log& log, const Style& style);
std::string render_rules(const Style& style);

std::string doctor_to_json(const klog::Log& log, const std::vector<Finding>& findings);

}  // namespace wqctl
