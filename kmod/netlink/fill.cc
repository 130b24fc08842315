// SPDX-License-Identifier: GPL-2.0
#include "fill.hh"

#include "../glue/cpu.h"
#include "../glue/trace.h"
#include "../glue/workqueue.h"
#include "../trace/limits.h"
#include "service.hh"

namespace wqlab {

namespace {

// Elements of 16 bytes; with its headers a message stays below 2 KiB, and a
// part has 3.5 KiB or more (NLMSG_GOODSIZE).
constexpr uint32_t kChunk = 96;
// Fewer, because they pass through the stack.
constexpr uint32_t kBucketChunk = 32;

struct Limit {
    const char* name;
    uint64_t value;
};

constexpr Limit kLimits[] = {
    {"runs", WQLAB_MAX_RUNS},
    {"workqueues", WQLAB_MAX_WORKQUEUES},
    {"issuers", WQLAB_MAX_ISSUERS},
    {"threads", WQLAB_MAX_THREADS},
    {"depth", WQLAB_MAX_DEPTH},
    {"items_in_flight", WQLAB_MAX_ITEMS_IN_FLIGHT},
    {"memory_bytes", WQLAB_MAX_RUN_MEMORY},
    {"sample", WQLAB_MAX_SAMPLE},
    {"max_active", WQLAB_MAX_ACTIVE},
    {"burst", WQLAB_MAX_BURST},
    {"links", WQLAB_MAX_LINKS},
    {"touch_bytes", WQLAB_MAX_TOUCH},
    {"alloc_bytes", WQLAB_MAX_ALLOC},
    {"duration_ns", WQLAB_MAX_DURATION_NS},
    {"interval_min_ns", WQLAB_MIN_INTERVAL_NS},
    {"interval_ns", WQLAB_MAX_INTERVAL_NS},
    {"delay_ns", WQLAB_MAX_DELAY_NS},
    {"sleep_ns", WQLAB_MAX_SLEEP_NS},
    {"spin_ns", WQLAB_MAX_SPIN_NS},
    {"bh_spin_ns", WQLAB_MAX_BH_SPIN_NS},
    {"flush_wait_ns", WQLAB_MAX_FLUSH_WAIT_NS},
    {"cpu_list", WQLAB_MAX_CPU_LIST},
    {"run_id", WQLAB_MAX_RUN_ID},
    {"drain_grace_ns", WQLAB_DRAIN_GRACE_NS},
    {"late_slack_ns", WQLAB_LATE_SLACK_NS},
    {"latency_items", WQLAB_LATENCY_ITEMS},
    {"latency_keys", WQLAB_LATENCY_KEYS},
    {"latency_cells", WQLAB_LATENCY_CELLS},
    {"latency_timed", WQLAB_LATENCY_TIMED},
};

uint32_t chunk_of(uint32_t remaining)
{
    return remaining < kChunk ? remaining : kChunk;
}

// The next filled bucket from index on; kBuckets: none.
unsigned filled_from(const Histogram& histogram, unsigned index)
{
    while (index < HistogramGeometry::kBuckets && !histogram.bucket(index))
        index++;
    return index;
}

void fill_view(Filler& message, const Kernel& kernel, uint32_t view)
{
    constexpr uint32_t kMost = 8;  // of many more, these are enough to say
    message.u32(WQLAB_A_VIEW_SECTION, view & WQLAB_SECTIONS_ALL);
    uint32_t said = 0;
    kernel.for_each_lack(view, [&](const char* what) {
        if (said++ < kMost)
            message.text(WQLAB_A_VIEW_LACKS, what);
    });
    if (view != view::kLatency)
        return;
    for (unsigned i = 0; const char* tracepoint = wqlab_trace_lacks(i); i++)
        message.text(WQLAB_A_VIEW_LACKS, tracepoint);
}

}  // namespace

void fill_info(Filler& message)
{
    message.text(WQLAB_A_INFO_MODULE_VERSION, WQLAB_VERSION)
        .text(WQLAB_A_INFO_RELEASE, wqlab_release())
        .u32(WQLAB_A_INFO_FEATURES, wqlab_features())
        .u32(WQLAB_A_INFO_WQ_FLAGS, wqlab_wq_flags_known())
        .u32(WQLAB_A_INFO_SUB_BITS, HistogramGeometry::kSubBits);
    for (unsigned i = 0; const char* name = wqlab_wq_system_name(i); i++)
        message.text(WQLAB_A_INFO_SYSTEM_WQ, name);
    for (uint32_t view = 1; view & view::kAll; view <<= 1)
        message.nest(WQLAB_A_INFO_VIEW, [&](Filler& nest) { fill_view(nest, Service::get().kernel(), view); });
    for (const Limit& limit : kLimits) {
        message.nest(WQLAB_A_INFO_LIMIT, [&](Filler& nest) {
            nest.text(WQLAB_A_LIMIT_NAME, limit.name).u64(WQLAB_A_LIMIT_VALUE, limit.value, 0);
        });
    }
}

void fill_summary(Filler& message, const RunSummary& run)
{
    constexpr int pad = WQLAB_A_RUN_PAD;
    message.u32(WQLAB_A_RUN_ID, run.id)
        .text(WQLAB_A_RUN_LABEL, run.label)
        .u32(WQLAB_A_RUN_STATE, run.state)
        .u32(WQLAB_A_RUN_END_REASON, run.end_reason)
        .u64(WQLAB_A_RUN_ELAPSED, run.elapsed, pad)
        .u64(WQLAB_A_RUN_MEMORY, run.memory, pad)
        .u64(WQLAB_A_RUN_QUEUED, run.totals.queued, pad)
        .u64(WQLAB_A_RUN_REFUSED, run.totals.refused, pad)
        .u64(WQLAB_A_RUN_EXECUTED, run.totals.executed, pad)
        .u64(WQLAB_A_RUN_CANCELLED, run.totals.cancelled, pad);
}

uint32_t SnapshotMessages::remaining() const
{
    const QueueSnapshot& queue = snapshot_.queues[queue_];
    switch (kind_) {
    case kResult:
        return 1 - offset_;
    case kQueuedAt:
        return queue.queued_at.size() - offset_;
    case kExecutedAt:
        return queue.executed_at.size() - offset_;
    case kWorkers:
        return queue.workers.size() - offset_;
    default:
        return HistogramGeometry::kBuckets - filled_from(queue.latency[kind_ - kLatency], offset_);
    }
}

void SnapshotMessages::fill(Filler& message) const
{
    if (!began_) {
        fill_summary(message, snapshot_.summary);
        return;
    }
    const QueueSnapshot& queue = snapshot_.queues[queue_];
    const auto list = [&](int outer, int index, int inner, const auto& array) {
        message.nest(outer, [&](Filler& nest) {
            nest.u32(index, queue_).bytes(inner, &array[offset_], chunk_of(remaining()) * sizeof(array[0]));
        });
    };
    message.u32(WQLAB_A_RUN_ID, snapshot_.summary.id);
    switch (kind_) {
    case kResult:
        fill_result(message, queue);
        break;
    case kQueuedAt:
        list(WQLAB_A_RUN_FLOWS, WQLAB_A_FLOWS_WQ, WQLAB_A_FLOWS_QUEUED, queue.queued_at);
        break;
    case kExecutedAt:
        list(WQLAB_A_RUN_FLOWS, WQLAB_A_FLOWS_WQ, WQLAB_A_FLOWS_EXECUTED, queue.executed_at);
        break;
    case kWorkers:
        list(WQLAB_A_RUN_WORKERS, WQLAB_A_WORKERS_WQ, WQLAB_A_WORKERS_SEEN, queue.workers);
        break;
    default:
        fill_histogram(message, queue);
    }
}

void SnapshotMessages::advance()
{
    if (!began_) {
        began_ = true;
    } else if (kind_ >= kLatency) {
        const Histogram& histogram = snapshot_.queues[queue_].latency[kind_ - kLatency];
        for (uint32_t sent = 0; sent < kBucketChunk && offset_ < HistogramGeometry::kBuckets; sent++)
            offset_ = filled_from(histogram, offset_) + 1;
        if (offset_ > HistogramGeometry::kBuckets)
            offset_ = HistogramGeometry::kBuckets;
    } else {
        offset_ += chunk_of(remaining());
    }
    while (queue_ < snapshot_.queues.size() && remaining() == 0) {
        offset_ = 0;
        if (++kind_ == kKinds) {
            kind_ = kResult;
            queue_++;
        }
    }
    finished_ = queue_ == snapshot_.queues.size();
}

void SnapshotMessages::fill_result(Filler& message, const QueueSnapshot& queue) const
{
    constexpr int pad = WQLAB_A_WQ_RESULT_PAD;
    message.nest(WQLAB_A_RUN_WQ_RESULT, [&](Filler& nest) {
        nest.u32(WQLAB_A_WQ_RESULT_INDEX, queue_)
            .text(WQLAB_A_WQ_RESULT_NAME, queue.name)
            .text(WQLAB_A_WQ_RESULT_KERNEL_NAME, queue.kernel_name)
            .u32(WQLAB_A_WQ_RESULT_FLAGS, queue.flags)
            .u64(WQLAB_A_WQ_RESULT_ELAPSED, queue.elapsed, pad)
            .u64(WQLAB_A_WQ_RESULT_QUEUED, queue.queued, pad)
            .u64(WQLAB_A_WQ_RESULT_REFUSED, queue.refused, pad)
            .u64(WQLAB_A_WQ_RESULT_EXECUTED, queue.executed, pad)
            .u64(WQLAB_A_WQ_RESULT_CANCELLED, queue.cancelled, pad)
            .u64(WQLAB_A_WQ_RESULT_DRAINED, queue.drained, pad)
            .u64(WQLAB_A_WQ_RESULT_FLUSHED, queue.flushed, pad)
            .u64(WQLAB_A_WQ_RESULT_MODIFIED, queue.modified, pad)
            .u64(WQLAB_A_WQ_RESULT_LATE, queue.late, pad)
            .u64(WQLAB_A_WQ_RESULT_LATE_MAX, queue.late_max, pad)
            .u64(WQLAB_A_WQ_RESULT_ALLOC_FAILED, queue.alloc_failed, pad)
            .u64(WQLAB_A_WQ_RESULT_SOFTIRQ, queue.softirq, pad)
            .u64(WQLAB_A_WQ_RESULT_MIGRATED, queue.migrated, pad)
            .u32(WQLAB_A_WQ_RESULT_MAX_CONCURRENCY, queue.max_concurrency)
            .u64(WQLAB_A_WQ_RESULT_WORKERS_LOST, queue.workers_lost, pad)
            .u64(WQLAB_A_WQ_RESULT_REORDERED, queue.reordered, pad);
    });
}

void SnapshotMessages::fill_histogram(Filler& message, const QueueSnapshot& queue) const
{
    constexpr int pad = WQLAB_A_HISTOGRAM_PAD;
    const Histogram& histogram = queue.latency[kind_ - kLatency];
    wqlab_bucket buckets[kBucketChunk];
    uint32_t filled = 0;
    for (unsigned index = offset_; filled < kBucketChunk; index++) {
        index = filled_from(histogram, index);
        if (index == HistogramGeometry::kBuckets)
            break;
        buckets[filled++] = {histogram.bucket(index), index, 0};
    }
    message.nest(WQLAB_A_RUN_HISTOGRAM, [&](Filler& nest) {
        nest.u32(WQLAB_A_HISTOGRAM_WQ, queue_)
            .u32(WQLAB_A_HISTOGRAM_LATENCY, kind_ - kLatency)
            .u64(WQLAB_A_HISTOGRAM_COUNT, histogram.count(), pad)
            .u64(WQLAB_A_HISTOGRAM_SUM, histogram.sum(), pad)
            .u64(WQLAB_A_HISTOGRAM_MIN, histogram.min(), pad)
            .u64(WQLAB_A_HISTOGRAM_MAX_VALUE, histogram.max(), pad)
            .bytes(WQLAB_A_HISTOGRAM_BUCKETS, buckets, filled * sizeof(buckets[0]));
    });
}

}  // namespace wqlab
