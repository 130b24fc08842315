// SPDX-License-Identifier: GPL-2.0
#include "stats/latency.hh"

#include <algorithm>
#include <cmath>

namespace wqctl {

uint64_t Latency::percentile(double fraction) const
{
    // While a run goes on, count and buckets may be of different instants.
    uint64_t all = 0;
    for (const Bucket& bucket : buckets)
        all += bucket.count;
    if (all == 0)
        return 0;
    // 1e-9: 0.999 * 1000 shall be the 999th, whatever the double says.
    const auto rank = static_cast<uint64_t>(std::ceil(fraction * static_cast<double>(all) - 1e-9));
    uint64_t seen = 0;
    for (const Bucket& bucket : buckets) {
        seen += bucket.count;
        if (seen >= rank) {
            const uint64_t value = Geometry::middle(bucket.index);
            return min <= max ? std::clamp(value, min, max) : value;
        }
    }
    return max;
}

double Latency::quantile(double fraction) const
{
    uint64_t all = 0;
    for (const Bucket& bucket : buckets)
        all += bucket.count;
    const double rank = fraction * static_cast<double>(all);
    double seen = 0;
    for (const Bucket& bucket : buckets) {
        const auto here = static_cast<double>(bucket.count);
        if (seen + here >= rank) {
            const auto low = static_cast<double>(Geometry::low(bucket.index));
            const auto high = static_cast<double>(Geometry::low(bucket.index + 1));
            const double value = low + (high - low) * (rank - seen) / here;
            return min <= max ? std::clamp(value, static_cast<double>(min), static_cast<double>(max)) : value;
        }
        seen += here;
    }
    return static_cast<double>(max);
}

void Latency::add_bucket(unsigned index, uint64_t n)
{
    const auto at = std::lower_bound(buckets.begin(), buckets.end(), index,
                                     [](const Bucket& bucket, unsigned i) { return bucket.index < i; });
    if (at != buckets.end() && at->index == index)
        at->count += n;
    else
        buckets.insert(at, {index, n});
}

void Latency::merge(const Latency& other)
{
    if (other.empty())
        return;
    min = empty() ? other.min : std::min(min, other.min);
    max = std::max(max, other.max);
    count += other.count;
    sum += other.sum;
    for (const Bucket& bucket : other.buckets)
        add_bucket(bucket.index, bucket.count);
}

}  // namespace wqctl
