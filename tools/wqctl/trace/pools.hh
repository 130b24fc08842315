// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "snapshot/snapshot.hh"
#include "trace/event.hh"

namespace wqctl {

// The pools that there are, before events name them. (Of one that is made meanwhile its number is all that is known.)
void add_pools(Tables& tables, const Snapshot& snapshot);
// What the workqueues are called that there are, before events name them.
void call_workqueues(Tables& tables, const Snapshot& snapshot);

}  // namespace wqctl
