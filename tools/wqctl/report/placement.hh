// SPDX-License-Identifier: GPL-2.0
// Where a workqueue's items were to run, and how many did not.
#pragma once

#include "report/report.hh"
#include "system/machine.hh"

namespace wqctl {

// The scope that this workqueue's items are kept in. The attributes must have
// been read already.
std::string effective_scope(const WorkqueueReport& workqueue, const Machine& machine);

// Fills in scope, off_cpu and off_scope.
void judge_placement(WorkqueueReport& workqueue, const Machine& machine);

}  // namespace wqctl
