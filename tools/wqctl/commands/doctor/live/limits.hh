// SPDX-License-Identifier: GPL-2.0
// What shares one max_active: of a per-CPU workqueue what is on one CPU, of an unbound one all of it.
#pragma once

#include <string>
#include <vector>

#include "commands/doctor/live/case.hh"

namespace wqctl::live {

struct Group {
    uint32_t workqueue;
    int32_t pool;   // of a per-CPU workqueue; -1: all of them
    int32_t limit;  // max_active
    int64_t nr_active;
    std::vector<const Busy*> active;           // the executed ones, the oldest first
    std::vector<const wqlab_snap_work*> held;  // held back, in order, barriers too
    bool stays;                                // the first that is held back was so before
};

// Those that hold something back.
std::vector<Group> groups(const Case& at);
// "wq: 4 active of max_active 4, 12 held back"
std::string limit_text(const Case& at, const Group& group);
// As it stands within a sentence.
std::string lower(std::string name);

}  // namespace wqctl::live
