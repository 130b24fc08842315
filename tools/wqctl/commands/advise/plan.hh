// SPDX-License-Identifier: GPL-2.0
// From candidates to what is measured.
#pragma once

#include "commands/advise/replay.hh"
#include "source/info.hh"
#include "system/topology.hh"

namespace wqctl {

// Candidates that make no sense here become such that are not tried. Refuses a budget that has no room for an answer.
Plan plan_replay(const Profile& profile, Candidates& candidates, const ReplayPlan& what, uint64_t budget_ns,
                 const Info& info, const Topology& topology);

}  // namespace wqctl
