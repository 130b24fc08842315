// SPDX-License-Identifier: GPL-2.0
// A made-up machine for wqctl dump: 8 CPUs on 2 nodes, a few workqueues of
// each kind, and something going on.
#pragma once

#include <string>

#include "commands/dump/model.hh"

// Pools: two of each CPU (2*cpu normal, 2*cpu+1 highpri), BH ones from 16 on,
// unbound 24 (all CPUs), 25 and 26 (the caches 0-3 and 4-7), 27 (ordered).
// Workqueues, in this order:
//   events        percpu   system_wq; its item waits behind pool 6's
//   events        percpu   system_percpu_wq
//   events_unbound unbound default scope
//   bh            bh
//   mine          unbound, strict numa, nice 7, max_active 1, rescuer
//   single        ordered
wqctl::Snapshot busy_machine();

// A snapshot in which every index and number is wrong.
wqctl::Snapshot hostile(unsigned seed);

// The dump of it all; the snapshot and the selection must outlive it.
wqctl::Dump dump_of(const wqctl::Snapshot& snapshot, const wqctl::Selection& selection);
