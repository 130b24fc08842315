// SPDX-License-Identifier: GPL-2.0
#include "run_report.hh"

#include "../uapi/wqlab_lists.h"
#include "histogram.hh"

namespace wqlab {

void fill_summary(Filler& message, const RunSummary& run)
{
    message.u32(WQLAB_A_RUN_ID, run.id)
        .string(WQLAB_A_RUN_LABEL, run.label)
        .u32(WQLAB_A_RUN_STATE, run.state)
        .u32(WQLAB_A_RUN_END_REASON, run.end_reason)
        .u64(WQLAB_A_RUN_ELAPSED, run.elapsed)
        .u64(WQLAB_A_RUN_MEMORY, run.memory)
        .u64(WQLAB_A_RUN_QUEUED, run.totals.queued)
        .u64(WQLAB_A_RUN_REFUSED, run.totals.refused)
        .u64(WQLAB_A_RUN_EXECUTED, run.totals.executed)
        .u64(WQLAB_A_RUN_CANCELLED, run.totals.cancelled);
}

bool RunReportMessages::more() const
{
    const QueueSnapshot& queue = snapshot_.queues[queue_];
    switch (kind_) {
    case kResult: return offset_ == 0;
    case kQueuedAt: return offset_ < queue.queued_at.size();
    case kExecutedAt: return offset_ < queue.executed_at.size();
    case kWorkers: return offset_ < queue.workers.size();
    default: return next_bucket(queue.latency[kind_ - kLatency], offset_) < kNoBucket;
    }
}

void RunReportMessages::fill(Filler& message)
{
    if (!began_) {
        fill_summary(message, snapshot_.summary);
        return;
    }
    const QueueSnapshot& queue = snapshot_.queues[queue_];
    message.u32(WQLAB_A_RUN_ID, snapshot_.summary.id);
    switch (kind_) {
    case kResult:
        message.nest(WQLAB_A_RUN_WQ_RESULT, WQLAB_A_WQ_RESULT_PAD, [&](Filler& nest) { fill_result(nest, queue); });
        break;
    case kQueuedAt:
        message.nest(WQLAB_A_RUN_FLOWS, 0, [&](Filler& nest) {
            nest.u32(WQLAB_A_FLOWS_WQ, queue_);
            fill_rows(nest, WQLAB_A_FLOWS_QUEUED, WQLAB_A_FLOWS_ROW_SIZE, queue.queued_at);
        });
        break;
    case kExecutedAt:
        message.nest(WQLAB_A_RUN_FLOWS, 0, [&](Filler& nest) {
            nest.u32(WQLAB_A_FLOWS_WQ, queue_);
            fill_rows(nest, WQLAB_A_FLOWS_EXECUTED, WQLAB_A_FLOWS_ROW_SIZE, queue.executed_at);
        });
        break;
    case kWorkers:
        message.nest(WQLAB_A_RUN_WORKERS, 0, [&](Filler& nest) {
            nest.u32(WQLAB_A_WORKERS_WQ, queue_);
            fill_rows(nest, WQLAB_A_WORKERS_SEEN, WQLAB_A_WORKERS_ROW_SIZE, queue.workers);
        });
        break;
    default:
        message.nest(WQLAB_A_RUN_HISTOGRAM, WQLAB_A_HISTOGRAM_PAD, [&](Filler& nest) { fill_latency(nest, queue); });
    }
}

void RunReportMessages::advance()
{
    if (began_)
        offset_ = next_;
    began_ = true;
    while (queue_ < snapshot_.queues.size() && !more()) {
        offset_ = 0;
        if (++kind_ == kKinds) {
            kind_ = kResult;
            queue_++;
        }
    }
    finished_ = queue_ == snapshot_.queues.size();
}

void RunReportMessages::fill_result(Filler& message, const QueueSnapshot& queue)
{
    message.u32(WQLAB_A_WQ_RESULT_INDEX, queue_);
#define WQLAB_FILL(type, attribute, member) message.type(attribute, queue.member);
    WQLAB_WQ_RESULT(WQLAB_FILL)
#undef WQLAB_FILL
    next_ = 1;
}

template <typename T>
void RunReportMessages::fill_rows(Filler& message, int type, int row_size_type, const Array<T>& rows)
{
    // Of 16 bytes at most, so that a message stays below 2 KiB.
    constexpr uint32_t kChunk = 96;
    static_assert(sizeof(T) <= 16);
    const uint32_t left = rows.size() - offset_;
    const uint32_t count = left < kChunk ? left : kChunk;
    message.rows(type, row_size_type, &rows[offset_], count);
    next_ = offset_ + count;
}

void RunReportMessages::fill_latency(Filler& message, const QueueSnapshot& queue)
{
    const uint32_t which = kind_ - kLatency;
    message.u32(WQLAB_A_HISTOGRAM_WQ, queue_);
    next_ = fill_histogram(message, which, queue.latency[which], offset_);
}

}  // namespace wqlab
