// SPDX-License-Identifier: GPL-2.0
// What shares one max_active, as far as a dump shows it: of a per-CPU workqueue what is on one CPU, of an unbound one
// what is on one node (before 6.9, in one pool), of an ordered one everything.
#pragma once

#include <string>
#include <vector>

#include "commands/doctor/log/case.hh"

namespace wqctl {

struct Limit {
    std::string of;                // as findings call it
    std::vector<AtWork> executed;  // what has been begun of it,
    uint64_t pending = 0;          // what is yet to begin, and
    std::vector<Waiting> held;     // what is held back
    // Nothing but what is executed counts there. Each pwq is printed under its own pool's lock, and one that has
    // nothing any more by then is not printed: of what several may share, a dump never shows one moment.
    bool are_all = false;
    bool is_of_pool = false;  // nothing on other pools counts there
};

// The one that counts for this pwq.
Limit limit_of(const DumpCase& at, const klog::Workqueue& workqueue, const klog::Pwq& pwq);

}  // namespace wqctl
