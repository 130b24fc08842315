// SPDX-License-Identifier: GPL-2.0
// What monitor and top share: snapshots at fixed times.
#pragma once

#include "system/wait.hh"
#include "wire/lab.hh"

namespace wqctl {

// A snapshot that has workqueues, or an error that says why it cannot be had.
Snapshot take_snapshot(Lab& lab, uint32_t sections);

}  // namespace wqctl
