// SPDX-License-Identifier: GPL-2.0
// Many questions at once: of twenty tests of what is equal one says "different" at 5 %. And which of many can't be told
// apart.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace wqctl {

// Each p raised for the company it is in, in the same order (Benjamini and Hochberg). Of those that stay below 0.05,
// one in twenty is false on average; where nothing differs at all, any stays below 0.05 in one of twenty families.
std::vector<double> corrected(const std::vector<double>& p);

// A word for each of n: two share a letter unless they are apart. The first one's letters come first in the alphabet;
// dots in front of a letter, beyond 52 of them, belong to it.
std::vector<std::string> letters(size_t n, const std::function<bool(size_t, size_t)>& apart);

}  // namespace wqctl
