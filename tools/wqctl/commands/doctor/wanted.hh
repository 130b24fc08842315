// SPDX-License-Identifier: GPL-2.0
// Findings about some workqueues, functions or tasks only.
#pragma once

#include <vector>

#include "commands/doctor/finding.hh"
#include "text/patterns.hh"

namespace wqctl {

// Those that name, as suspects or victims or in their sentence, what a pattern matches; without patterns, all.
void keep_wanted(std::vector<Finding>& findings, const Patterns& patterns);

}  // namespace wqctl
