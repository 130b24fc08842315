// SPDX-License-Identifier: GPL-2.0
// The runs that there are, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "report/report.hh"
#include "term/style.hh"

namespace wqctl {

std::string render_runs(const std::vector<RunState>& runs, const Style& style);
// runs.schema.json is its shape.
std::string runs_to_json(const std::vector<RunState>& runs);

}  // namespace wqctl
