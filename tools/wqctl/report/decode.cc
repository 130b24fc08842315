// SPDX-License-Identifier: GPL-2.0
#include "report/decode.hh"

#include "uapi/wqlab_lists.h"

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
#define WQCTL_DECODE(type, attribute, member) wq.member = a.type(attribute);
    WQLAB_WQ_RESULT(WQCTL_DECODE)
#undef WQCTL_DECODE
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
    append(report.workqueue(index).queued_at, a.rows<wqlab_flow>(WQLAB_A_FLOWS_QUEUED, WQLAB_A_FLOWS_ROW_SIZE));
    append(report.workqueue(index).flows, a.rows<wqlab_flow>(WQLAB_A_FLOWS_EXECUTED, WQLAB_A_FLOWS_ROW_SIZE));
}

void decode_workers(const Attributes& a, RunReport& report)
{
    const uint32_t index = a.u32(WQLAB_A_WORKERS_WQ);
    if (index >= kMostWorkqueues)
        return;
    for (const wqlab_worker& worker : a.rows<wqlab_worker>(WQLAB_A_WORKERS_SEEN, WQLAB_A_WORKERS_ROW_SIZE))
        report.workqueue(index).workers.push_back({worker.pid, worker.nice});
}

void decode_latency(const Attributes& a, RunReport& report)
{
    const uint32_t index = a.u32(WQLAB_A_HISTOGRAM_WQ);
    const uint32_t which = a.u32(WQLAB_A_HISTOGRAM_WHICH);
    if (index < kMostWorkqueues && which <= WQLAB_LATENCY_MAX)
        decode_part(a, report.workqueue(index).latency[which]);
}

}  // namespace

void decode_part(const Attributes& a, Latency& latency)
{
    latency.count = a.u64(WQLAB_A_HISTOGRAM_COUNT);
    latency.sum = a.u64(WQLAB_A_HISTOGRAM_SUM);
    latency.min = a.u64(WQLAB_A_HISTOGRAM_MIN);
    latency.max = a.u64(WQLAB_A_HISTOGRAM_MAX_VALUE);
    for (const wqlab_bucket& bucket : a.rows<wqlab_bucket>(WQLAB_A_HISTOGRAM_BUCKETS, WQLAB_A_HISTOGRAM_ROW_SIZE))
        if (bucket.index < Latency::Geometry::kBuckets)
            latency.add_bucket(bucket.index, bucket.count);
}

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
        decode_latency(attributes.nest(WQLAB_A_RUN_HISTOGRAM), report);
}

}  // namespace wqctl
