// SPDX-License-Identifier: GPL-2.0
// From what was said to what is to be done, on this kernel, in this time.
#pragma once

#include "commands/bench/flags.hh"
#include "bench/model.hh"
#include "source/info.hh"
#include "system/topology.hh"

namespace wqctl {

// The scenario and its axes, from flags, file or preset.
VariedScenario varied_from(const BenchFlags& flags, const Topology& topology);

// --precision, --rounds, --budget and --order-seed, as far as they are right in themselves.
Plan limits_of(const BenchFlags& flags);

// Cells that make no sense here are left out, with what is said against them. Throws if that is all, or if the budget
// has no room for two rounds each.
Plan plan_bench(const BenchFlags& flags, const VariedScenario& what, const Info& info, const Topology& topology);

}  // namespace wqctl
