// SPDX-License-Identifier: GPL-2.0
#include "commands/report/page.hh"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/core.h>

#include "text/units.hh"

namespace wqctl::page {

namespace {

struct Range {
    double low = std::numeric_limits<double>::infinity();  // which may be 0
    double least = low;                                    // which is more than that
    double high = -low;

    // Of what differs by decades, a straight scale shows the largest only.
    bool is_of_decades() const { return high > 20 * least; }
};

Range range_of(const HeatMap& map)
{
    Range range;
    for (const auto& row : map.values)
        for (const auto& one : row)
            if (one) {
                range.low = std::min(range.low, *one);
                range.high = std::max(range.high, *one);
                if (*one > 0)
                    range.least = std::min(range.least, *one);
            }
    return range;
}

int step_of(double value, double low, double high, int steps)
{
    return static_cast<int>(std::lround(std::clamp((value - low) / (high - low), 0.0, 1.0) * steps));
}

}  // namespace

bool HeatMap::is_logarithmic() const { return range_of(*this).is_of_decades(); }

int HeatMap::level(double value) const
{
    constexpr int kLevels = 10;
    const Range range = range_of(*this);
    if (range.is_of_decades()) {
        if (value <= 0)
            return 0;
        // Nothing at all has a shade of its own.
        const int first = range.low > 0 ? 0 : 1;
        return first + step_of(std::log(value), std::log(range.least), std::log(range.high), kLevels - first);
    }
    if (!(range.high > range.low))
        return range.high > 0 ? kLevels / 2 : 0;
    return step_of(value, range.low, range.high, kLevels);
}

Table table_of(const Distributions& chart)
{
    constexpr size_t kMostUnfolded = 16;
    Table table;
    table.title = "Percentiles";
    table.columns = {{"", true}, {"of", true}, {"items"}, {"min"}, {"p50"}, {"p90"}, {"p99"}, {"p99.9"}, {"max"}};
    for (size_t stage = 0; stage < kStages.size(); stage++)
        for (const Distributions::Series& series : chart.series) {
            const auto& d = series.stages[stage];
            if (!d)
                continue;
            std::vector<Cell> cells = {kStages[stage].title, series.name, human(d->count, Unit::kNumber)};
            for (const double ns : {d->min, d->p50, d->p90, d->p99, d->p999, d->max})
                cells.emplace_back(human(ns, Unit::kTime));
            table.rows.push_back(std::move(cells));
        }
    table.is_folded = table.rows.size() > kMostUnfolded;
    return table;
}

std::string human(double value, Unit unit)
{
    switch (unit) {
    case Unit::kTime:
        return human_time(static_cast<uint64_t>(std::llround(std::clamp(value, 0.0, 9e18))), Charset::kUtf8);
    case Unit::kRate: return human_count(value);
    case Unit::kRatio: return fmt::format("{:.3f}", value);
    case Unit::kNumber: break;
    }
    return value == std::floor(value) && value < 1e15 ? grouped(static_cast<uint64_t>(value))
                                                      : fmt::format("{:.3g}", value);
}

}  // namespace wqctl::page
