// SPDX-License-Identifier: GPL-2.0
#include "commands/report/page.hh"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/core.h>

#include "text/units.hh"

namespace wqctl::page {

int HeatMap::level(double value) const
{
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const auto& row : values)
        for (const auto& one : row)
            if (one) {
                low = std::min(low, *one);
                high = std::max(high, *one);
            }
    // Of what differs by decades, a straight scale shows the largest only.
    if (low > 0 && high > 20 * low) {
        low = std::log(low);
        high = std::log(high);
        value = std::log(value);
    }
    if (!(high > low))
        return high > 0 ? 5 : 0;
    return static_cast<int>(std::lround(std::clamp((value - low) / (high - low), 0.0, 1.0) * 10));
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
