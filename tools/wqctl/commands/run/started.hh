// SPDX-License-Identifier: GPL-2.0
// What is said of a run that goes on by itself, for people and for programs.
#pragma once

#include <string>

#include "report/report.hh"

namespace wqctl {

std::string render_started(const RunState& run);
// started.schema.json is its shape.
std::string started_to_json(const RunState& run);

}  // namespace wqctl
