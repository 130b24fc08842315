// SPDX-License-Identifier: GPL-2.0
// Where a workqueue's items were to run, and how many did not.
#pragma once

#include "report/report.hh"
#include "system/topology.hh"

namespace wqctl {

// The scope that this workqueue's items are kept in. The attributes must have
// been read already.
std::string effective_scope(const WorkqueueReport& workqueue, const Topology& topology);

// Fills in scope, off_cpu and off_scope.
void judge_placement(WorkqueueReport& workqueue, const Topology& topology);

}  // namespace wqctl
