// SPDX-License-Identifier: GPL-2.0
// From candidates to what is measured.
#pragma once

#include "commands/advise/replay.hh"
#include "source/info.hh"
#include "system/topology.hh"

namespace wqctl {

// Candidates that make no sense here become such that are not tried. Refuses a budget, or rounds, that have no room for
// an answer.
Plan plan_replay(const Profile& profile, Candidates& candidates, const ReplayPlan& what, const Info& info,
                 const Topology& topology);

}  // namespace wqctl
