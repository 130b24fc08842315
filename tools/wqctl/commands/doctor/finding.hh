// SPDX-License-Identifier: GPL-2.0
// What is wrong, who did it, who suffers, how that is known, and what to do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "system/task_stacks.hh"

namespace wqctl {

// Likely: what was looked at does not say it, but hardly anything else fits. Unexplained: something is wrong, and no
// rule knows why.
enum class Certainty { kCertain, kLikely, kUnexplained };

struct Suspect {
    std::string function, workqueue;
    std::optional<int> pid;
    std::string doing;      // "on the CPU", "asleep in mutex_lock"
    std::string task = {};  // its name, of one that is no worker
};

struct Evidence {
    std::optional<uint64_t> line;  // of a log
    std::string text;
};

struct Finding {
    std::string rule;    // "hung-pool"
    std::string of;      // what it is about, so that two looks at the same are one finding: "pool 6"
    std::string kernel;  // the functions that it rests on
    Certainty certainty = Certainty::kLikely;
    unsigned weight = 0;  // the worst first
    std::string sentence;
    std::vector<Suspect> suspects;
    std::vector<std::string> victims;
    std::vector<Evidence> evidence;
    std::string next;
    std::vector<StackGroup> stacks = {};  // of suspects and of who waits, where they could be read
    // What else needs no explanation any more ("pool 6", "workqueue 12"): for the rules behind.
    std::vector<std::string> explains = {};
};

// A rule that could not be followed, and why.
struct NotLookedAt {
    std::string rule;
    std::string why;
};

}  // namespace wqctl
