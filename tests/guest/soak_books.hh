// SPDX-License-Identifier: GPL-2.0
// What must hold of anything that wqctl prints, whatever the machine is doing.
#pragma once

#include "lab.hh"

// Of `dump --json`: a pool is copied while its lock is held, so what its
// pool_workqueues count is what is listed there, but for items that are just leaving.
void check_dump(const json& document);

// Of `dump --json --source kcore`, which holds no lock: what is shown of a pool without a trouble is what there can be.
// How many troubles there are.
size_t check_unlocked_dump(const json& document);

// Of `monitor -j`, its lines: no total falls.
void check_monitor(const std::string& lines);

// Of `latency --json`: an item has all its stages or, queued before, its run; none is lost.
void check_latency(const json& document);
