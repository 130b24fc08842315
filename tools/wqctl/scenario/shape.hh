// SPDX-License-Identifier: GPL-2.0
// A scenario's parts as the rules of runs see them (core/run_spec.hh).
#pragma once

#include "core/run_spec.hh"
#include "scenario/scenario.hh"

namespace wqctl {

wqlab::WorkqueueShape shape_of(const WorkqueueSpec& workqueue);
// Resolved.
wqlab::IssuerShape shape_of(const IssuerSpec& issuer);

// The flags that the workqueue has, also if it is a system one.
uint32_t flags_of(const WorkqueueSpec& workqueue);

}  // namespace wqctl
