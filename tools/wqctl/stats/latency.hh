// SPDX-License-Identifier: GPL-2.0
// A histogram as it came over the wire, and what it says.
#pragma once

#include <cstdint>
#include <vector>

#include "core/histogram.hh"

namespace wqctl {

struct Latency {
    using Geometry = wqlab::HistogramGeometry;

    struct Bucket {
        unsigned index;
        uint64_t count;
    };

    uint64_t count = 0;
    uint64_t sum = 0;
    uint64_t min = 0;
    uint64_t max = 0;
    std::vector<Bucket> buckets;  // by index, none empty

    bool empty() const { return count == 0; }
    double mean() const { return count ? static_cast<double>(sum) / static_cast<double>(count) : 0; }

    // The value that a fraction of all does not exceed: the middle of its
    // bucket, never outside of min..max. 0 when empty.
    uint64_t percentile(double fraction) const;

    // The same, taken between the bounds of its bucket as if that were filled evenly: less sure where it is for one
    // value, and able to tell that two histograms differ by less than a bucket.
    double quantile(double fraction) const;

    // Chunks may come in any order; a bucket that came twice is summed.
    void add_bucket(unsigned index, uint64_t n);
    void merge(const Latency& other);
};

}  // namespace wqctl
