// SPDX-License-Identifier: GPL-2.0
// What of a selection has not moved for some time.
#pragma once

#include "commands/dump/selection.hh"
#include "term/style.hh"

namespace wqctl {

struct Stuck {
    // Workers that have been at one item for so long, and pools with pending items that have begun none, with who is
    // there and who waits for it: behind it, held back, or flushing.
    Selection selection;
    bool any = false;
    // Busy workers of which is known only that they are at their item for less than that, or for longer.
    size_t unknown = 0;
};

Stuck only_stuck(const Snapshot& snapshot, const Selection& from, uint64_t ns);

// What stands below: what could not be known of this time. Empty if all is known.
std::string render_unknown(const Stuck& stuck, const std::string& time, const Style& style);

}  // namespace wqctl
