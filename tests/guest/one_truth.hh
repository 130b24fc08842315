// SPDX-License-Identifier: GPL-2.0
// At one moment the module, /proc/kcore and a saved snapshot say the same.
#pragma once

#include "lab.hh"

// Why kcore can't be tried on this kernel; empty: it can.
std::string why_no_kcore_here();

// Compares `dump --json` with these filters, of a machine whose part that they select is held still. All in this
// process: there may be no other.
void check_all_sources(const Words& filters);
// The whole machine, which does what it does: compares what is the same before and afterwards.
void check_all_sources_of_what_stays();
