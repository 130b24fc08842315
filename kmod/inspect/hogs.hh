// SPDX-License-Identifier: GPL-2.0
// The functions that the kernel has caught hogging a CPU: wci_ents[].
#pragma once

#include "snapshot.hh"

namespace wqlab {

// Entries are only ever added, and never change but for their count: no lock. Allocates.
Result<void> copy_hogs(const Kernel& kernel, Snapshot& snapshot);

}  // namespace wqlab
