// SPDX-License-Identifier: GPL-2.0
#include "report/decode.hh"

namespace wqctl {

namespace {

// An index beyond this is not ours to trust with memory.
constexpr uint32_t kMostWorkqueues = 4096;

void decode_workqueue(const Attributes& a, RunReport& report)
{
    const uint32_t index = a.u32(WQLAB_A_WQ_RESULT_INDEX);
    if (index >= kMostWorkqueues)
        return;
    WorkqueueReport& wq = report.workqueue(index);
    wq.name = a.string(WQLAB_A_WQ_RESULT_NAME);
    wq.kernel_name = a.string(WQLAB_A_WQ_RESULT_KERNEL_NAME);
    wq.flags = a.u32(WQLAB_A_WQ_RESULT_FLAGS);
    wq.elapsed_ns = a.u64(WQLAB_A_WQ_RESULT_ELAPSED);
    wq.queued = a.u64(WQLAB_A_WQ_RESULT_QUEUED);
    wq.refused = a.u64(WQLAB_A_WQ_RESULT_REFUSED);
    wq.executed = a.u64(WQLAB_A_WQ_RESULT_EXECUTED);
    wq.cancelled = a.u64(WQLAB_A_WQ_RESULT_CANCELLED);
    wq.drained = a.u64(WQLAB_A_WQ_RESULT_DRAINED);
    wq.flushed = a.u64(WQLAB_A_WQ_RESULT_FLUSHED);
    wq.modified = a.u64(WQLAB_A_WQ_RESULT_MODIFIED);
    wq.late = a.u64(WQLAB_A_WQ_RESULT_LATE);
    wq.late_max_ns = a.u64(WQLAB_A_WQ_RESULT_LATE_MAX);
    wq.alloc_failed = a.u64(WQLAB_A_WQ_RESULT_ALLOC_FAILED);
    wq.softirq = a.u64(WQLAB_A_WQ_RESULT_SOFTIRQ);
    wq.migrated = a.u64(WQLAB_A_WQ_RESULT_MIGRATED);
    wq.max_concurrency = a.u32(WQLAB_A_WQ_RESULT_MAX_CONCURRENCY);
    wq.workers_lost = a.u64(WQLAB_A_WQ_RESULT_WORKERS_LOST);
    wq.reordered = a.u64(WQLAB_A_WQ_RESULT_REORDERED);
}

void append(std::vector<Flow>& list, const std::vector<wqlab_flow>& chunk)
{
    for (const wqlab_flow& flow : chunk)
        list.push_back({flow.from, flow.to, flow.count});
}

void decode_flows(const Attributes& a, RunReport& report)
{
    const uint32_t index = a.u32(WQLAB_A_FLOWS_WQ);
    if (index >= kMostWorkqueues)
        return;
    append(report.workqueue(index).queued_at, a.array<wqlab_flow>(WQLAB_A_FLOWS_QUEUED));
    append(report.workqueue(index).flows, a.array<wqlab_flow>(WQLAB_A_FLOWS_EXECUTED));
}

void decode_workers(const Attributes& a, RunReport& report)
{
    const uint32_t index = a.u32(WQLAB_A_WORKERS_WQ);
    if (index >= kMostWorkqueues)
        return;
    for (const wqlab_worker& worker : a.array<wqlab_worker>(WQLAB_A_WORKERS_SEEN))
        report.workqueue(index).workers.push_back({worker.pid, worker.nice});
}

void decode_histogram(const Attributes& a, RunReport& report)
{
    const uint32_t index = a.u32(WQLAB_A_HISTOGRAM_WQ);
    const uint32_t which = a.u32(WQLAB_A_HISTOGRAM_LATENCY);
    if (index >= kMostWorkqueues || which > WQLAB_LATENCY_MAX)
        return;
    Latency& latency = report.workqueue(index).latency[which];
    latency.count = a.u64(WQLAB_A_HISTOGRAM_COUNT);
    latency.sum = a.u64(WQLAB_A_HISTOGRAM_SUM);
    latency.min = a.u64(WQLAB_A_HISTOGRAM_MIN);
    latency.max = a.u64(WQLAB_A_HISTOGRAM_MAX_VALUE);
    for (const wqlab_bucket& bucket : a.array<wqlab_bucket>(WQLAB_A_HISTOGRAM_BUCKETS))
        if (bucket.index < Latency::Geometry::kBuckets)
            latency.add_bucket(bucket.index, bucket.count);
}

}  // namespace

RunState decode_state(const Attributes& a)
{
    RunState run;
    run.id = a.u32(WQLAB_A_RUN_ID);
    run.label = a.string(WQLAB_A_RUN_LABEL);
    run.state = a.u32(WQLAB_A_RUN_STATE);
    run.end_reason = a.u32(WQLAB_A_RUN_END_REASON);
    run.elapsed_ns = a.u64(WQLAB_A_RUN_ELAPSED);
    run.memory_bytes = a.u64(WQLAB_A_RUN_MEMORY);
    run.queued = a.u64(WQLAB_A_RUN_QUEUED);
    run.refused = a.u64(WQLAB_A_RUN_REFUSED);
    run.executed = a.u64(WQLAB_A_RUN_EXECUTED);
    run.cancelled = a.u64(WQLAB_A_RUN_CANCELLED);
    return run;
}

void decode_part(const Attributes& attributes, RunReport& report)
{
    if (attributes.find(WQLAB_A_RUN_STATE))
        report.run = decode_state(attributes);
    if (attributes.find(WQLAB_A_RUN_WQ_RESULT))
        decode_workqueue(attributes.nest(WQLAB_A_RUN_WQ_RESULT), report);
    if (attributes.find(WQLAB_A_RUN_FLOWS))
        decode_flows(attributes.nest(WQLAB_A_RUN_FLOWS), report);
    if (attributes.find(WQLAB_A_RUN_WORKERS))
        decode_workers(attributes.nest(WQLAB_A_RUN_WORKERS), report);
    if (attributes.find(WQLAB_A_RUN_HISTOGRAM))
        decode_histogram(attributes.nest(WQLAB_A_RUN_HISTOGRAM), report);
}

}  // namespace wqctl
