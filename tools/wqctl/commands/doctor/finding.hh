// SPDX-License-Identifier: GPL-2.0
// What is wrong, who did it, who suffers, how that is known, and what to do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wqctl {

// Likely: the log does not say it, but hardly anything else fits. Unexplained: something is wrong, and no rule knows
// why.
enum class Certainty { kCertain, kLikely, kUnexplained };

struct Suspect {
    std::string function, workqueue;
    std::optional<int> pid;
    std::string doing;  // "on the CPU", "asleep in mutex_lock"
};

struct Evidence {
    uint64_t line = 0;
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
};

}  // namespace wqctl
