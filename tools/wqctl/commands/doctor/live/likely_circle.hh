// SPDX-License-Identifier: GPL-2.0
// What would make a circle of a full workqueue whose active items wait for a lock or a completion. A guess, and said as
// one: behind what is certain, with an "if".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/doctor/live/limits.hh"

namespace wqctl::live {

struct LikelyCircle {
    std::string text;  // "both sleep in f: a circle, if g, which is held back, ends what they wait for"
    std::vector<std::string> victims;
    std::string next;
};

std::optional<LikelyCircle> likely_circle(const Case& at, const Group& group);

}  // namespace wqctl::live
