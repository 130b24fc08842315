// SPDX-License-Identifier: GPL-2.0
// What shares one max_active: of a per-CPU workqueue what is on one CPU, of an unbound one what is on one node (before
// 6.9, in one pool).
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <vector>

#include "commands/doctor/live/case.hh"
#include "commands/doctor/live/rules.hh"

namespace wqctl::live {

struct LimitKey {
    uint32_t workqueue;
    int32_t pool;  // -1: it counts for all pools on
    int32_t node;  // this one, or, -1, the default

    auto operator<=>(const LimitKey&) const = default;
};

// Which max_active counts for this pwq.
LimitKey limit_key(const Snapshot& snapshot, const wqlab_snap_pwq& pwq);

struct Group {
    LimitKey key;
    int32_t limit;  // max_active, or the node's share of it
    int64_t nr_active;
    std::vector<const Busy*> active;           // the executed ones, the oldest first
    std::vector<const wqlab_snap_work*> held;  // held back, in order, barriers too
    bool stays;                                // the first that is held back was so before
};

// All that is active does not end, and others stay behind it.
bool is_stuck(const Group& group);

// Those that hold something back.
std::vector<Group> groups(const Case& at);
// How many of its items were begun between the looks; nothing: not counted, or not by the same pwqs.
std::optional<uint64_t> begun(const Case& at, const Group& group);
// "wq: 4 active of max_active 4, 12 held back", "wq on pool 6: ..."
std::string limit_text(const Case& at, const Group& group);
// Where max_active counts for less than all of the machine, and the rest is idle; else empty.
std::string scale_text(const Case& at, const Group& group);

// What Findings call it.
std::string key_of(const Case& at, const Group& group);
// It, or its workqueue as a whole.
bool is_told(const Case& at, const Group& group, const Findings& findings);
// Who is active, what is held back and who waits for either.
void tell_who(const Case& at, const Group& group, Finding& finding);
// And how full it is.
void tell_of(const Case& at, const Group& group, Finding& finding);

}  // namespace wqctl::live
