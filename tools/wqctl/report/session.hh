// SPDX-License-Identifier: GPL-2.0
// What run, show and stop share: waiting for a run's end, and its report.
#pragma once

#include <cstdint>

#include "report/run_progress.hh"
#include "report/runs.hh"
#include "source/info.hh"
#include "system/interrupts.hh"
#include "system/topology.hh"
#include "term/output.hh"

namespace wqctl {

// Returns when the run has ended: whether it was stopped for an interrupt.
bool follow(Runs& runs, Events& events, uint32_t id, Interrupts& interrupts, RunProgress& progress);

// Asks for an end; a run that has ended already is fine.
void stop_run(Runs& runs, uint32_t id);

// The records of a run of the module's, judged against this machine.
RunReport fetch_report(Lab& lab, const Info& info, uint32_t id, const Topology& topology);

// Prints it; the exit code says whether the numbers hold.
int print_report(const RunReport& report, bool json, Output& output);

}  // namespace wqctl
