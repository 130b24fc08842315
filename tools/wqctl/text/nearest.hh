// SPDX-License-Identifier: GPL-2.0
// Which known word somebody meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wqctl {

// Insertions, deletions, replacements and swaps of neighbours.
unsigned edit_distance(std::string_view a, std::string_view b);

// Known words near enough to be a slip of the finger, nearest first.
std::vector<std::string> nearest(std::string_view word, const std::vector<std::string>& known);

// `; did you mean "x"?`, or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

}  // namespace wqctl
