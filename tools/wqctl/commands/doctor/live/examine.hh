// SPDX-License-Identifier: GPL-2.0
// The rules, and the stacks beside what they find.
#pragma once

#include "commands/doctor/live/case.hh"
#include "commands/doctor/live/rules.hh"

namespace wqctl::live {

// is_live: of this machine, so its tasks' stacks can be read.
Examination examine_machine(Case& at, bool is_live);

}  // namespace wqctl::live
