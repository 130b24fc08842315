// SPDX-License-Identifier: GPL-2.0
// What the module says of runs, as attributes.
#pragma once

#include "../load/snapshot.hh"
#include "message.hh"

namespace wqlab {

// The run's state: of run-get, and of every event.
void fill_summary(Filler& message, const RunSummary& run);

// Everything about a run as a sequence of messages, each of which fits the
// smallest part of a dump. Long lists are cut into chunks.
class RunReportMessages {
public:
    explicit RunReportMessages(const RunSnapshot& snapshot) : snapshot_(snapshot) {}

    bool finished() const { return finished_; }
    // Fills one message; call advance() if it fitted.
    void fill(Filler& message);
    void advance();

private:
    enum Kind : uint32_t {
        kResult,
        kQueuedAt,
        kExecutedAt,
        kWorkers,
        kLatency,
        kKinds = kLatency + WQLAB_LATENCY_MAX + 1
    };

    // Whether the list, or the histogram, has something from offset_ on.
    bool more() const;
    void fill_result(Filler& message, const QueueSnapshot& queue);
    template <typename T>
    void fill_rows(Filler& message, int type, int row_size_type, const Array<T>& rows);
    void fill_latency(Filler& message, const QueueSnapshot& queue);

    const RunSnapshot& snapshot_;
    bool finished_ = false;
    bool began_ = false;  // the summary has been sent
    uint32_t queue_ = 0;
    uint32_t kind_ = kResult;
    uint32_t offset_ = 0;  // in the list, or the histogram's buckets
    uint32_t next_ = 0;    // what it becomes if the message fitted
};

}  // namespace wqlab
