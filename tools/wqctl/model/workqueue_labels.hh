// SPDX-License-Identifier: GPL-2.0
// What to call workqueues where names are not keys: the kernel's own has two
// "events" and two "events_unbound".
#pragma once

#include <string>
#include <vector>

#include "model/snapshot.hh"

namespace wqctl {

// By index: its name; where others share that, its variable or the end of its
// identity, too.
std::vector<std::string> workqueue_labels(const Snapshot& snapshot);

// As the kernel prints it with %p, without the zeros in front.
std::string identity_text(uint64_t identity);

}  // namespace wqctl
