// SPDX-License-Identifier: GPL-2.0
// A log-linear histogram of nanoseconds with a stated error.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wqlab {

// The buckets. Values below 2 * kSubBuckets have a bucket each; above, every
// power of two is cut into kSubBuckets equal parts. Reporting a bucket by its
// middle is then wrong by at most half a part: 1 / (2 * kSubBuckets) = 1.5625 %.
struct HistogramGeometry {
    static constexpr unsigned kSubBits = 5;
    static constexpr unsigned kSubBuckets = 1u << kSubBits;
    static constexpr unsigned kWorstErrorPpm = 1'000'000 / (2 * kSubBuckets);
    // 2^41 ns is 36 minutes; what is longer is counted in the last bucket.
    static constexpr unsigned kMaxBits = 41;
    static constexpr unsigned kBuckets = (kMaxBits - kSubBits + 1) * kSubBuckets;

    static constexpr unsigned index(uint64_t ns)
    {
        // Below kSubBuckets the same as from there to the next power of two.
        const unsigned shift = (63u ^ static_cast<unsigned>(__builtin_clzll(ns | kSubBuckets))) - kSubBits;
        const unsigned index = shift * kSubBuckets + static_cast<unsigned>(ns >> shift);
        if (index >= kBuckets) [[unlikely]]
            return kBuckets - 1;
        return index;
    }

    // The smallest value of a bucket; index may be kBuckets: the end of the last.
    static constexpr uint64_t low(unsigned index)
    {
        if (index < 2 * kSubBuckets)
            return index;
        const unsigned shift = index / kSubBuckets - 1;
        return static_cast<uint64_t>(index - shift * kSubBuckets) << shift;
    }

    static constexpr uint64_t middle(unsigned index) { return low(index) + (low(index + 1) - 1 - low(index)) / 2; }
};

// Single writer at a time; readers may look at any moment and see each word
// whole, though not all words of the same instant.
class Histogram {
public:
    using Geometry = HistogramGeometry;

    void add(uint64_t ns)
    {
        bump(buckets_[Geometry::index(ns)], 1);
        bump(sum_, ns);
        if (ns < min_) [[unlikely]]
            __atomic_store_n(&min_, ns, __ATOMIC_RELAXED);
        if (ns > max_) [[unlikely]]
            __atomic_store_n(&max_, ns, __ATOMIC_RELAXED);
    }

    // Adds what other holds at this moment.
    void merge(const Histogram& other)
    {
        for (unsigned i = 0; i < Geometry::kBuckets; i++)
            if (const uint64_t n = __atomic_load_n(&other.buckets_[i], __ATOMIC_RELAXED))
                bump(buckets_[i], n);
        bump(sum_, other.sum());
        if (const uint64_t v = __atomic_load_n(&other.min_, __ATOMIC_RELAXED); v < min_)
            min_ = v;
        if (const uint64_t v = other.max(); v > max_)
            max_ = v;
    }

    uint64_t bucket(unsigned index) const { return __atomic_load_n(&buckets_[index], __ATOMIC_RELAXED); }

    uint64_t count() const
    {
        uint64_t n = 0;
        for (unsigned i = 0; i < Geometry::kBuckets; i++)
            n += bucket(i);
        return n;
    }

    uint64_t sum() const { return __atomic_load_n(&sum_, __ATOMIC_RELAXED); }
    uint64_t max() const { return __atomic_load_n(&max_, __ATOMIC_RELAXED); }

    // 0 when empty.
    uint64_t min() const
    {
        const uint64_t v = __atomic_load_n(&min_, __ATOMIC_RELAXED);
        return v != UINT64_MAX ? v : 0;
    }

private:
    // Plain, so that it is one instruction; an aligned word is written whole.
    static void bump(uint64_t& word, uint64_t by) { word += by; }

    uint64_t buckets_[Geometry::kBuckets] = {};
    uint64_t sum_ = 0;
    uint64_t min_ = UINT64_MAX;
    uint64_t max_ = 0;
};

}  // namespace wqlab
