// SPDX-License-Identifier: GPL-2.0
#include "stats/median.hh"

#include <algorithm>
#include <cmath>

namespace wqctl {

namespace {

// Of n tosses of a fair coin, k heads.
double binomial(size_t k, size_t n)
{
    const auto count = static_cast<double>(n);
    const auto heads = static_cast<double>(k);
    return std::exp(std::lgamma(count + 1) - std::lgamma(heads + 1) - std::lgamma(count - heads + 1) -
                    count * std::log(2.0));
}

double binomial_at_most(size_t k, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i <= k; i++)
        sum += binomial(i, n);
    return std::min(1.0, sum);
}

}  // namespace

double median(std::vector<double> values)
{
    if (values.empty())
        return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2)
        return *middle;
    return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

std::optional<Interval> median_interval(std::vector<double> values, double confidence)
{
    // The k-th from either end, the largest k that is sure enough.
    const size_t n = values.size();
    size_t k = 0;
    for (double tail = 0; 2 * (k + 1) <= n; k++) {
        tail += binomial(k, n);
        if (2 * tail > 1 - confidence)
            break;
    }
    if (k == 0)
        return {};
    std::sort(values.begin(), values.end());
    return Interval{values[k - 1], values[n - k]};
}

double sign_test(std::span<const double> values)
{
    const auto above = static_cast<size_t>(std::count_if(values.begin(), values.end(), [](double v) { return v > 0; }));
    const auto below = static_cast<size_t>(std::count_if(values.begin(), values.end(), [](double v) { return v < 0; }));
    return std::min(1.0, 2 * binomial_at_most(std::min(above, below), above + below));
}

}  // namespace wqctl
