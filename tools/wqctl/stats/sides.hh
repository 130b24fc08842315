// SPDX-License-Identifier: GPL-2.0
// Two sides of an experiment, each measured in some occasions (boots, files) of some rounds each: do they differ, and
// by which factor?
//
// What happens to all rounds of a boot, where its memory lies and which CPU is whose, happens once a boot: a hundred
// rounds of one boot say no more of it than one. So where a side has several occasions, the median of each is one
// value. Where both have one, blocks of its rounds are: what lasts for some rounds is then one value's.
#pragma once

#include <optional>
#include <vector>

#include "stats/median.hh"

namespace wqctl {

using Rounds = std::vector<double>;
using Side = std::vector<Rounds>;  // of each occasion, in the order in which they were measured

enum class Unit { kOccasion, kBlock };

// 8 against 8 can reach p = 0.00016, small enough for a family of 300; and of the usual 12 to 50 rounds a block
// has several.
inline constexpr size_t kBlocks = 8;

// Which of them values are made of.
Unit unit_of(const Side& a, const Side& b);
// The values that are compared.
std::vector<double> values_of(const Side& side, Unit unit);

struct Difference {
    double a = 0;  // medians of the values
    double b = 0;
    std::optional<double> ratio;       // of b to a; nothing if a value is not above 0
    std::optional<Interval> interval;  // of the ratio; nothing if there are too few values
    double p = 1;                      // not corrected
    double least_p = 1;                // that so many values can have, whatever they are
};

Difference difference(const std::vector<double>& a, const std::vector<double>& b);

// The geometric means of several rows, value by value; of values that not all have, and of zeros, nothing.
std::vector<double> geometric_means(const std::vector<std::vector<double>>& rows);

}  // namespace wqctl
