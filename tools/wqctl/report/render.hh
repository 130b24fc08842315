// SPDX-License-Identifier: GPL-2.0
// A run's report for people and for programs.
#pragma once

#include <string>

#include "report/report.hh"
#include "term/style.hh"

namespace wqctl {

std::string render_report_table(const RunReport& report, const Style& style);

// run.schema.json is its shape.
std::string report_to_json(const RunReport& report);

}  // namespace wqctl
