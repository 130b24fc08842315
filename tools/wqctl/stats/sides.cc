// SPDX-License-Identifier: GPL-2.0
#include "stats/sides.hh"

#include <algorithm>
#include <cmath>

#include "stats/rank_test.hh"

namespace wqctl {

namespace {

std::vector<double> blocks_of(const Rounds& rounds)
{
    const size_t blocks = std::min(kBlocks, rounds.size());
    std::vector<double> values;
    for (size_t i = 0; i < blocks; i++) {
        const auto at = [&](size_t block) {
            return rounds.begin() + static_cast<std::ptrdiff_t>(block * rounds.size() / blocks);
        };
        values.push_back(median(Rounds(at(i), at(i + 1))));
    }
    return values;
}

bool are_above_zero(const std::vector<double>& values)
{
    return std::all_of(values.begin(), values.end(), [](double value) { return value > 0; });
}

std::vector<double> logs_of(std::vector<double> values)
{
    for (double& value : values)
        value = std::log(value);
    return values;
}

}  // namespace

Unit unit_of(const Side& a, const Side& b) { return a.size() == 1 && b.size() == 1 ? Unit::kBlock : Unit::kOccasion; }

std::vector<double> values_of(const Side& side, Unit unit)
{
    std::vector<double> values;
    for (const Rounds& rounds : side) {
        if (rounds.empty())
            continue;
        if (unit == Unit::kBlock)
            return blocks_of(rounds);
        values.push_back(median(rounds));
    }
    return values;
}

Difference difference(const std::vector<double>& a, const std::vector<double>& b)
{
    Difference result{.a = median(a), .b = median(b), .ratio = {}, .interval = {}};
    if (a.empty() || b.empty())
        return result;
    result.p = rank_test(a, b);
    result.least_p = least_p(a.size(), b.size());
    if (!are_above_zero(a) || !are_above_zero(b))
        return result;
    const std::vector<double> log_a = logs_of(a);
    const std::vector<double> log_b = logs_of(b);
    result.ratio = std::exp(shift(log_a, log_b));
    if (const auto interval = shift_interval(log_a, log_b))
        result.interval = Interval{std::exp(interval->low), std::exp(interval->high)};
    return result;
}

std::vector<double> geometric_means(const std::vector<std::vector<double>>& rows)
{
    if (rows.empty())
        return {};
    size_t n = rows.front().size();
    for (const auto& row : rows)
        n = std::min(n, row.size());
    std::vector<double> means;
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (const auto& row : rows)
            sum += std::log(row[i]);  // not finite where there is nothing
        if (std::isfinite(sum))
            means.push_back(std::exp(sum / static_cast<double>(rows.size())));
    }
    return means;
}

}  // namespace wqctl
