// SPDX-License-Identifier: GPL-2.0
// A histogram as a nest, for runs and recordings. A long one is cut: each
// message has a chunk of the buckets that are not empty.
#pragma once

#include "../core/histogram.hh"
#include "../uapi/wqlab.h"
#include "message.hh"

namespace wqlab {

template <typename T>
concept Buckets = requires(const T& histogram, unsigned index)
{
    histogram.bucket(index);
    histogram.count();
    histogram.sum();
    histogram.min();
    histogram.max();
};

// Where all buckets have been told.
inline constexpr unsigned kNoBucket = HistogramGeometry::kBuckets;

// The next bucket from index on that is not empty, or kNoBucket.
template <Buckets T>
unsigned next_bucket(const T& histogram, unsigned index)
{
    while (index < kNoBucket && !histogram.bucket(index))
        index++;
    return index;
}

// The histogram's attributes, with the chunk that begins at bucket from; returns where the next one begins, or
// kNoBucket. which: enum wqlab_latency or enum wqlab_stage.
template <Buckets T>
unsigned fill_histogram(Filler& message, uint32_t which, const T& histogram, unsigned from)
{
    constexpr uint32_t kChunk = 32;  // 512 bytes, because they pass through the stack
    wqlab_bucket buckets[kChunk];
    uint32_t filled = 0;
    unsigned index = next_bucket(histogram, from);
    for (; filled < kChunk && index < kNoBucket; index = next_bucket(histogram, index + 1))
        buckets[filled++] = {histogram.bucket(index), index, 0};
    message.u32(WQLAB_A_HISTOGRAM_WHICH, which)
        .u64(WQLAB_A_HISTOGRAM_COUNT, histogram.count())
        .u64(WQLAB_A_HISTOGRAM_SUM, histogram.sum())
        .u64(WQLAB_A_HISTOGRAM_MIN, histogram.min())
        .u64(WQLAB_A_HISTOGRAM_MAX_VALUE, histogram.max())
        .rows(WQLAB_A_HISTOGRAM_BUCKETS, WQLAB_A_HISTOGRAM_ROW_SIZE, buckets, filled);
    return index;
}

}  // namespace wqlab
