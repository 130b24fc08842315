// SPDX-License-Identifier: GPL-2.0
// A recording's snapshot as a sequence of messages, each of which fits the
// smallest part of a dump: a summary, then for each key one or more, with a
// chunk of each of its histograms.
#pragma once

#include "../trace/latency_snapshot.hh"
#include "message.hh"

namespace wqlab {

class LatencyMessages {
public:
    explicit LatencyMessages(const LatencySnapshot& snapshot) : snapshot_(snapshot) {}

    bool finished() const { return began_ && next_ == snapshot_.records.size(); }
    // Fills one message; call advance() if it fitted.
    void fill(Filler& message);
    void advance();

private:
    static constexpr uint32_t kFunctionSize = 256;

    const SparseHistogram& stage(uint32_t i) const { return snapshot_.records[next_][Stage{i}]; }
    unsigned filled_from(uint32_t i, unsigned index) const;
    void fill_summary(Filler& message) const;
    void fill_stage(Filler& message, uint32_t i) const;

    const LatencySnapshot& snapshot_;
    bool began_ = false;                // the summary has been sent
    uint32_t next_ = 0;                 // record
    unsigned offset_[WQLAB_STAGES] = {};  // bucket, of each stage
    char function_[kFunctionSize] = {};
};

}  // namespace wqlab
