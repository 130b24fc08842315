// SPDX-License-Identifier: GPL-2.0
#include "stats/rank_test.hh"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace wqctl {

namespace {

// Twice the rank of each value, so that a shared one is whole, too.
std::vector<size_t> double_ranks(std::span<const double> values)
{
    std::vector<size_t> order(values.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::sort(order.begin(), order.end(), [&](size_t x, size_t y) { return values[x] < values[y]; });
    std::vector<size_t> ranks(values.size());
    for (size_t begin = 0; begin < order.size();) {
        size_t end = begin;
        while (end < order.size() && values[order[end]] == values[order[begin]])
            end++;
        for (size_t i = begin; i < end; i++)
            ranks[order[i]] = begin + end + 1;  // the mean of begin + 1 to end, twice
        begin = end;
    }
    return ranks;
}

// How likely each sum of `chosen` of the ranks is, if they are drawn by lot.
std::vector<double> sums_of(const std::vector<size_t>& ranks, size_t chosen)
{
    const size_t most = std::accumulate(ranks.begin(), ranks.end(), size_t{0});
    std::vector<std::vector<double>> ways(chosen + 1, std::vector<double>(most + 1));
    ways[0][0] = 1;
    size_t seen = 0;
    for (const size_t rank : ranks) {
        seen++;
        // Probabilities, not counts, which pass what a double can hold: this one is among the drawn k of the seen ones
        // with k / seen.
        for (size_t k = std::min(chosen, seen); k <= chosen; k--) {
            const double taken = static_cast<double>(k) / static_cast<double>(seen);
            for (size_t sum = most + 1; sum-- > 0;) {
                const double before = k && sum >= rank ? ways[k - 1][sum - rank] : 0;
                ways[k][sum] = (1 - taken) * ways[k][sum] + taken * before;
            }
        }
    }
    return ways[chosen];
}

std::vector<double> differences(std::span<const double> a, std::span<const double> b)
{
    std::vector<double> all;
    all.reserve(a.size() * b.size());
    for (const double x : a)
        for (const double y : b)
            all.push_back(y - x);
    return all;
}

constexpr double kRounding = 1e-9;

}  // namespace

double rank_test(std::span<const double> a, std::span<const double> b)
{
    if (a.empty() || b.empty())
        return 1;
    std::vector<double> both(a.begin(), a.end());
    both.insert(both.end(), b.begin(), b.end());
    const std::vector<size_t> ranks = double_ranks(both);
    const size_t seen = std::accumulate(ranks.begin(), ranks.begin() + static_cast<std::ptrdiff_t>(a.size()),
                                        size_t{0});
    const std::vector<double> sums = sums_of(ranks, a.size());
    double below = 0;
    double above = 0;
    for (size_t sum = 0; sum < sums.size(); sum++) {
        if (sum <= seen)
            below += sums[sum];
        if (sum >= seen)
            above += sums[sum];
    }
    return std::min(1.0, 2 * std::min(below, above));
}

double least_p(size_t a, size_t b)
{
    const auto m = static_cast<double>(a);
    const auto n = static_cast<double>(b);
    return std::min(1.0, 2 * std::exp(std::lgamma(m + 1) + std::lgamma(n + 1) - std::lgamma(m + n + 1)));
}

double shift(std::span<const double> a, std::span<const double> b) { return median(differences(a, b)); }

std::optional<Interval> shift_interval(std::span<const double> a, std::span<const double> b)
{
    if (a.empty() || b.empty())
        return {};
    std::vector<size_t> ranks(a.size() + b.size());
    std::iota(ranks.begin(), ranks.end(), size_t{1});
    const std::vector<double> sums = sums_of(ranks, a.size());
    // The sum of a's ranks less what it is at least is the number of pairs in which a is the greater.
    const size_t least = a.size() * (a.size() + 1) / 2;
    double tail = 0;
    size_t k = 0;
    while (least + k < sums.size()) {
        tail += sums[least + k];
        if (tail > (1 - kConfidence) / 2 + kRounding)
            break;
        k++;
    }
    if (k == 0)
        return {};
    std::vector<double> all = differences(a, b);
    std::sort(all.begin(), all.end());
    return Interval{all[k - 1], all[all.size() - k]};
}

}  // namespace wqctl
