// SPDX-License-Identifier: GPL-2.0
// The buckets of Histogram, but only those powers of two have memory in which
// something was counted: a tenth of it, for what thousands are needed of.
#pragma once

#include "histogram.hh"
#include "span.hh"

namespace wqlab {

// The buckets of one power of two.
struct alignas(64) HistogramCell {
    uint32_t counts[HistogramGeometry::kSubBuckets];
};

// Zeroed cells, handed out once. Any context, many takers.
class HistogramCells {
public:
    static constexpr uint32_t kMost = UINT16_MAX;

    HistogramCells() = default;
    explicit HistogramCells(Span<HistogramCell> cells) : cells_(cells) {}

    // Its number; 0: there is none left.
    uint16_t take()
    {
        if (used() == cells_.size())
            return 0;
        const uint32_t taken = __atomic_fetch_add(&taken_, 1, __ATOMIC_RELAXED);
        return taken < cells_.size() && taken < kMost ? static_cast<uint16_t>(taken + 1) : uint16_t{0};
    }

    HistogramCell& operator[](uint16_t number) const { return cells_[number - 1]; }

    uint32_t used() const
    {
        const uint32_t taken = __atomic_load_n(&taken_, __ATOMIC_RELAXED);
        return taken < cells_.size() ? taken : static_cast<uint32_t>(cells_.size());
    }

private:
    Span<HistogramCell> cells_;
    uint32_t taken_ = 0;
};

// Single writer at a time; readers may look at any moment. The cells are
// always those that it was filled with, or a copy of them. A cell's number is
// released when it is handed out, so that who finds it also finds it handed out.
class SparseHistogram {
public:
    using Geometry = HistogramGeometry;

    // The bucket to count ns in; nullptr: there is no memory for it.
    uint32_t* bucket_for(uint64_t ns, HistogramCells& cells)
    {
        const unsigned index = Geometry::index(ns);
        uint16_t& number = cells_[index / Geometry::kSubBuckets];
        if (!number) {
            const uint16_t taken = cells.take();
            if (!taken)
                return nullptr;
            __atomic_store_n(&number, taken, __ATOMIC_RELEASE);
        }
        return &cells[number].counts[index % Geometry::kSubBuckets];
    }

    void add(uint64_t ns, uint32_t& bucket)
    {
        // Better stuck at four billions than back at none.
        bucket += bucket != UINT32_MAX;
        count_++;
        sum_ += ns;
        // Stored inverted, so that zeroed memory is an empty histogram.
        if (~ns > not_min_)
            not_min_ = ~ns;
        if (ns > max_)
            max_ = ns;
    }

    // kBuckets is past the last.
    uint64_t bucket(unsigned index, const HistogramCells& cells) const
    {
        const uint16_t number = __atomic_load_n(&cells_[index / Geometry::kSubBuckets], __ATOMIC_ACQUIRE);
        return number ? __atomic_load_n(&cells[number].counts[index % Geometry::kSubBuckets], __ATOMIC_RELAXED) : 0;
    }

    uint64_t count() const { return __atomic_load_n(&count_, __ATOMIC_RELAXED); }
    uint64_t sum() const { return __atomic_load_n(&sum_, __ATOMIC_RELAXED); }
    uint64_t max() const { return __atomic_load_n(&max_, __ATOMIC_RELAXED); }
    // 0 when empty.
    uint64_t min() const
    {
        const uint64_t v = __atomic_load_n(&not_min_, __ATOMIC_RELAXED);
        return v ? ~v : 0;
    }

private:
    static constexpr unsigned kCells = Geometry::kBuckets / Geometry::kSubBuckets;
    static_assert(kCells * Geometry::kSubBuckets == Geometry::kBuckets);

    uint16_t cells_[kCells] = {};
    uint64_t count_ = 0;
    uint64_t sum_ = 0;
    uint64_t not_min_ = 0;
    uint64_t max_ = 0;
};

}  // namespace wqlab
