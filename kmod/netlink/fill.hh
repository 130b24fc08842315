// SPDX-License-Identifier: GPL-2.0
// What the module says of runs, as attributes.
#pragma once

#include "../load/snapshot.hh"
#include "message.hh"

namespace wqlab {

void fill_info(Filler& message);
// The run's state: of run-get, and of every event.
void fill_summary(Filler& message, const RunSummary& run);

// A snapshot as a sequence of messages, each of which fits the smallest part
// of a dump. Long lists are cut into chunks.
class SnapshotMessages {
public:
    explicit SnapshotMessages(const RunSnapshot& snapshot) : snapshot_(snapshot) {}

    bool finished() const { return finished_; }
    // Fills one message; call advance() if it fitted.
    void fill(Filler& message) const;
    void advance();

private:
    enum Kind : uint32_t { kResult, kQueuedAt, kExecutedAt, kWorkers, kLatency, kKinds = kLatency + WQLAB_LATENCY_MAX + 1 };

    uint32_t remaining() const;
    void fill_result(Filler& message, const QueueSnapshot& queue) const;
    void fill_histogram(Filler& message, const QueueSnapshot& queue) const;

    const RunSnapshot& snapshot_;
    bool finished_ = false;
    bool began_ = false;    // the summary has been sent
    uint32_t queue_ = 0;
    uint32_t kind_ = kResult;
    uint32_t offset_ = 0;   // in the list, or the histogram's buckets
};

}  // namespace wqlab
