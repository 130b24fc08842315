// SPDX-License-Identifier: GPL-2.0
// Does what a plan says: pass after pass, each cell once in each.
#pragma once

#include "bench/model.hh"
#include "report/runs.hh"
#include "source/info.hh"
#include "system/interrupts.hh"
#include "system/topology.hh"
#include "term/progress.hh"

namespace wqctl {

// What a run says of a workqueue, if that is all that it is asked; cpu_ns: what all CPUs spent on it, if that is known.
Figures figures_of(const WorkqueueReport& workqueue, const std::optional<double>& cpu_ns_per_item);

// A cell that the kernel refuses has its error then, and the others go on.
BenchResult measure(Plan plan, Lab& lab, const Info& info, const Topology& topology, bool with_progress);

}  // namespace wqctl
