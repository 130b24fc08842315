// SPDX-License-Identifier: GPL-2.0
// Do two lots of values differ? By their ranks alone, so that one value from far off counts as one.
#pragma once

#include <optional>
#include <span>

#include "stats/median.hh"

namespace wqctl {

// How likely ranks that differ so much or more are, if which value is of which side had been drawn by lot: exact, of
// all ways to deal out these ranks, equal values sharing theirs (Wilcoxon, Mann and Whitney).
double rank_test(std::span<const double> a, std::span<const double> b);

// The least p that so many values can have, whatever they are.
double least_p(size_t a, size_t b);

// By how much b lies above a: the median of all differences (Hodges and Lehmann).
double shift(std::span<const double> a, std::span<const double> b);
// All shifts that the rank test would not deny. Nothing if there are too few values to deny any.
std::optional<Interval> shift_interval(std::span<const double> a, std::span<const double> b);

}  // namespace wqctl
