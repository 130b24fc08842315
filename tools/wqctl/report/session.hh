// SPDX-License-Identifier: GPL-2.0
// What run, show and stop share: waiting for a run's end, and its report.
#pragma once

#include <string>

#include "wire/lab.hh"
#include "report/report.hh"
#include "term/output.hh"
#include "term/progress.hh"
#include "system/interrupts.hh"
#include "system/machine.hh"

namespace wqctl {

uint32_t parse_run_id(const std::string& text);

// Returns when the run has ended. Stops it at an interrupt.
void follow(Lab& lab, Events& events, uint32_t id, Interrupts& interrupts, Progress& progress);

// Asks for an end; a run that has ended already is fine.
void stop_run(Lab& lab, uint32_t id);

// The records, judged against this machine.
RunReport fetch_report(Lab& lab, uint32_t id, const Machine& machine);

// Prints it; the exit code says whether the numbers hold.
int print_report(const RunReport& report, bool json, Output& output);

}  // namespace wqctl
