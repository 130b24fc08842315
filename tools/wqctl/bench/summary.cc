// SPDX-License-Identifier: GPL-2.0
#include "bench/summary.hh"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "stats/families.hh"

namespace wqctl {

namespace {

constexpr size_t kItemsPerS = 0;  // in kRunMeasures

std::vector<double> values_of(const BenchRow& row, size_t measure)
{
    std::vector<double> values;
    for (const Round& round : row.rounds)
        if (round.figures[measure])
            values.push_back(*round.figures[measure]);
    return values;
}

// Of each pass that both have, a's items/s and b's.
std::vector<std::pair<double, double>> pass_by_pass(const BenchRow& a, const BenchRow& b)
{
    std::map<unsigned, double> of_a;
    for (const Round& round : a.rounds)
        if (const auto value = round.figures[kItemsPerS])
            of_a[round.pass] = *value;
    std::vector<std::pair<double, double>> both;
    for (const Round& round : b.rounds)
        if (const auto value = round.figures[kItemsPerS])
            if (const auto found = of_a.find(round.pass); found != of_a.end())
                both.emplace_back(found->second, *value);
    return both;
}

// Of b to a, where neither is 0.
std::vector<double> log_ratios(const BenchRow& a, const BenchRow& b)
{
    std::vector<double> ratios;
    for (const auto& [of_a, of_b] : pass_by_pass(a, b))
        if (of_a > 0 && of_b > 0)
            ratios.push_back(std::log(of_b / of_a));
    return ratios;
}

// 1 of each pass in which b is ahead of a, -1 where it is behind. That takes no ratio: who did nothing is behind.
std::vector<double> leads(const BenchRow& a, const BenchRow& b)
{
    std::vector<double> signs;
    for (const auto& [of_a, of_b] : pass_by_pass(a, b))
        signs.push_back((of_b > of_a) - (of_b < of_a));
    return signs;
}

// p of each pair of rows, corrected for all pairs.
class Pairs {
public:
    explicit Pairs(const std::vector<const BenchRow*>& rows) : n_(rows.size())
    {
        std::vector<double> p;
        for (size_t x = 0; x < n_; x++)
            for (size_t y = x + 1; y < n_; y++)
                p.push_back(sign_test(leads(*rows[x], *rows[y])));
        p_ = corrected(p);
    }

    double p(size_t x, size_t y) const
    {
        if (x == y)
            return 1;
        const auto [low, high] = std::minmax(x, y);
        return p_[low * n_ - low * (low + 1) / 2 + high - low - 1];
    }
    bool apart(size_t x, size_t y) const { return p(x, y) <= 1 - kConfidence; }

private:
    size_t n_;
    std::vector<double> p_;
};

}  // namespace

std::optional<double> Estimate::half_width() const
{
    if (!interval || !(median > 0))
        return {};
    return std::max(interval->high - median, median - interval->low) / median;
}

std::optional<Estimate> estimate(const BenchRow& row, size_t measure)
{
    const std::vector<double> values = values_of(row, measure);
    if (values.empty())
        return {};
    return Estimate{median(values), median_interval(values)};
}

std::optional<double> widest(const std::vector<const BenchRow*>& rows)
{
    std::optional<double> most;
    for (const BenchRow* row : rows) {
        const auto of_row = estimate(*row, kItemsPerS);
        if (!of_row || !of_row->interval)
            return {};
        // Of one that mostly did nothing there is no share, and no number of rounds brings one.
        most = std::max(most.value_or(0), of_row->half_width().value_or(0));
    }
    return most;
}

Summary summarize(const BenchResult& result)
{
    const std::vector<const BenchRow*> rows = result.rows();
    const Pairs pairs(rows);
    Summary summary;
    for (const BenchRow* row : rows) {
        RowSummary one{.row = row, .estimates = {}, .to_baseline = {}, .letters = {}};
        for (size_t measure = 0; measure < kRunMeasures.size(); measure++)
            one.estimates[measure] = estimate(*row, measure);
        summary.rows.push_back(std::move(one));
    }
    if (rows.empty())
        return summary;

    // Each row's baseline is the baseline's row of the same workqueue.
    const BenchCell& baseline = result.plan.cells[result.plan.baseline];
    for (size_t i = 0; i < rows.size(); i++)
        for (const BenchRow& base : baseline.rows) {
            if (&base == rows[i] || (baseline.rows.size() > 1 && base.workqueue != rows[i]->workqueue))
                continue;
            const std::vector<double> ratios = log_ratios(base, *rows[i]);
            const auto place = std::find(rows.begin(), rows.end(), &base);
            if (ratios.empty() || place == rows.end())
                continue;
            RatioToBaseline ratio{std::exp(median(ratios)), median_interval(ratios),
                                  pairs.p(i, static_cast<size_t>(place - rows.begin()))};
            if (ratio.interval)
                ratio.interval = Interval{std::exp(ratio.interval->low), std::exp(ratio.interval->high)};
            summary.rows[i].to_baseline = ratio;
        }

    // Letters from the fastest on.
    std::vector<size_t> order(rows.size());
    std::iota(order.begin(), order.end(), size_t{0});
    const auto speed = [&](size_t i) {
        const auto& of_row = summary.rows[i].estimates[kItemsPerS];
        return of_row ? of_row->median : 0;
    };
    std::stable_sort(order.begin(), order.end(), [&](size_t x, size_t y) { return speed(x) > speed(y); });
    const std::vector<std::string> words = letters(rows.size(),
                                                   [&](size_t x, size_t y) { return pairs.apart(order[x], order[y]); });
    for (size_t i = 0; i < order.size(); i++)
        summary.rows[order[i]].letters = words[i];
    const size_t first = order.front();
    // Medians are of all passes, pairs of those that both have: a row may be ahead by the one and behind by the other.
    const auto is_beaten = [&](size_t i) { return pairs.apart(first, i) && median(leads(*rows[i], *rows[first])) > 0; };
    if (rows.size() > 1 && std::all_of(order.begin() + 1, order.end(), is_beaten))
        summary.best = rows[first];
    return summary;
}

}  // namespace wqctl
