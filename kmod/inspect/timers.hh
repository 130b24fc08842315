// SPDX-License-Identifier: GPL-2.0
// Delayed works whose timers have not fired.
#pragma once

#include "snapshot.hh"

namespace wqlab {

// Takes each timer base's lock, for a 64th of its wheel at a time. Allocates.
// Workqueues are numbers in `workqueues`, which wq_pool_mutex keeps from going.
Result<void> copy_timers(const Kernel& kernel, const AddressMap& workqueues, Snapshot& snapshot);

}  // namespace wqlab
