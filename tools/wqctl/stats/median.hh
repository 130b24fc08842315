// SPDX-License-Identifier: GPL-2.0
// The middle of some values, and how well it is known when nothing is known of how they are distributed: noise of
// schedulers has heavy tails, so there are no means and no standard deviations here.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace wqctl {

inline constexpr double kConfidence = 0.95;

struct Interval {
    double low = 0;
    double high = 0;

    bool operator==(const Interval&) const = default;
};

// 0 of none.
double median(std::vector<double> values);

// Between two of the values lies the median of what they were drawn from, with a probability of confidence at least.
// Nothing of few (of 0.95: less than 6): not even the least and the greatest are far enough apart.
std::optional<Interval> median_interval(std::vector<double> values, double confidence = kConfidence);

// How likely so many or more of one sign are if both are as likely; zeros say nothing.
double sign_test(std::span<const double> values);

}  // namespace wqctl
