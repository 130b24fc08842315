// SPDX-License-Identifier: GPL-2.0
// Which checks are meant.
#pragma once

#include <vector>

#include "commands/check/flags.hh"
#include "commands/check/promise.hh"

namespace wqctl {

// A check that is named is meant whatever its class; by a pattern or a group, those of the classes that are asked for.
// Refuses what means none.
std::vector<Promise> chosen_of(const std::vector<Promise>& all, const CheckFlags& flags);

}  // namespace wqctl
