// SPDX-License-Identifier: GPL-2.0
// A recording's snapshot as a sequence of messages, each of which fits the
// smallest part of a dump: a summary, then for each key one or more, with a
// chunk of each of its histograms.
#pragma once

#include "../trace/latency_snapshot.hh"
#include "message.hh"

namespace wqlab {

// A histogram of a recording, with the memory that its buckets are in.
struct StageHistogram {
    const SparseHistogram& histogram;
    const HistogramCells& cells;

    uint64_t bucket(unsigned index) const { return histogram.bucket(index, cells); }
    uint64_t count() const { return histogram.count(); }
    uint64_t sum() const { return histogram.sum(); }
    uint64_t min() const { return histogram.min(); }
    uint64_t max() const { return histogram.max(); }
};

class LatencyMessages {
public:
    explicit LatencyMessages(const LatencySnapshot& snapshot) : snapshot_(snapshot) {}

    bool finished() const { return began_ && record_ == snapshot_.records.size(); }
    // Fills one message; call advance() if it fitted.
    void fill(Filler& message);
    void advance();

private:
    static constexpr uint32_t kFunctionSize = 256;

    StageHistogram stage(uint32_t i) const { return {snapshot_.records[record_][Stage{i}], snapshot_.cells}; }
    void fill_summary(Filler& message) const;
    void fill_key(Filler& message);

    const LatencySnapshot& snapshot_;
    bool began_ = false;  // the summary has been sent
    uint32_t record_ = 0;
    unsigned offset_[WQLAB_STAGES] = {};  // bucket, of each stage
    unsigned next_[WQLAB_STAGES] = {};    // what they become if the message fitted
    char function_[kFunctionSize] = {};
};

}  // namespace wqlab
