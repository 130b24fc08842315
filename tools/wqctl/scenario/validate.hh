// SPDX-License-Identifier: GPL-2.0
// Which scenarios make sense, on this machine and with this module.
#pragma once

#include "source/info.hh"
#include "scenario/scenario.hh"
#include "system/topology.hh"

namespace wqctl {

// Throws a usage error for the first fault: what is wrong and what would be
// right. Without info, what depends on the module and its limits is not judged.
void validate(const Scenario& scenario, const Topology& topology, const Info* info);

}  // namespace wqctl
