// SPDX-License-Identifier: GPL-2.0
// What the rounds of a bench say.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "bench/model.hh"
#include "stats/median.hh"

namespace wqctl {

struct Estimate {
    double median = 0;
    std::optional<Interval> interval;

    // How far the farther end of the interval is from the median, as a share of it.
    std::optional<double> half_width() const;
};

// Of items/s, against the baseline's in the same passes: whatever drifts, drifts for both.
struct RatioToBaseline {
    double ratio = 1;
    std::optional<Interval> interval;
    double p = 1;  // corrected for all pairs of rows
};

struct RowSummary {
    const BenchRow* row = nullptr;
    std::array<std::optional<Estimate>, kRunMeasures.size()> estimates;
    std::optional<RatioToBaseline> to_baseline;  // nothing: it is the baseline, or there is none
    std::string letters;                         // rows that share one can't be told apart
};

struct Summary {
    std::vector<RowSummary> rows;
    const BenchRow* best = nullptr;  // surely more items/s than every other row
};

std::optional<Estimate> estimate(const BenchRow& row, size_t measure);
// The widest interval of items/s; nothing while a row has none. A row whose median is 0 has one of no width.
std::optional<double> widest(const std::vector<const BenchRow*>& rows);
Summary summarize(const BenchResult& result);

}  // namespace wqctl
