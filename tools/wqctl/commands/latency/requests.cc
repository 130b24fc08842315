// SPDX-License-Identifier: GPL-2.0
#include "commands/latency/requests.hh"

#include "wire/lab.hh"

namespace wqctl {

namespace {

void decode_stage(const Attributes& a, LatencyRow& row)
{
    const uint32_t which = a.u32(WQLAB_A_LATENCY_STAGE_STAGE);
    if (which >= row.stages.size())
        return;
    Latency& stage = row.stages[which];
    stage.count = a.u64(WQLAB_A_LATENCY_STAGE_COUNT);
    stage.sum = a.u64(WQLAB_A_LATENCY_STAGE_SUM);
    stage.min = a.u64(WQLAB_A_LATENCY_STAGE_MIN);
    stage.max = a.u64(WQLAB_A_LATENCY_STAGE_MAX_VALUE);
    for (const wqlab_bucket& bucket : a.array<wqlab_bucket>(WQLAB_A_LATENCY_STAGE_BUCKETS))
        if (bucket.index < Latency::Geometry::kBuckets)
            stage.add_bucket(bucket.index, bucket.count);
}

}  // namespace

void decode_part(const Attributes& a, LatencyRecording& recording)
{
    if (a.find(WQLAB_A_LATENCY_ELAPSED)) {
        recording.elapsed_ns = a.u64(WQLAB_A_LATENCY_ELAPSED);
        recording.probes = a.u64(WQLAB_A_LATENCY_PROBES);
        recording.probes_timed = a.u64(WQLAB_A_LATENCY_PROBES_TIMED);
        recording.probes_ns = a.u64(WQLAB_A_LATENCY_PROBES_NS);
        recording.lost_items = a.u64(WQLAB_A_LATENCY_LOST_ITEMS);
        recording.lost_keys = a.u64(WQLAB_A_LATENCY_LOST_KEYS);
        recording.unpaired = a.u64(WQLAB_A_LATENCY_UNPAIRED);
        recording.waiting = a.u64(WQLAB_A_LATENCY_WAITING);
        recording.running = a.u64(WQLAB_A_LATENCY_RUNNING);
        recording.memory_bytes = a.u64(WQLAB_A_LATENCY_MEMORY);
    }
    if (!a.find(WQLAB_A_LATENCY_KEY))
        return;
    const Attributes key = a.nest(WQLAB_A_LATENCY_KEY);
    const uint32_t index = key.u32(WQLAB_A_LATENCY_KEY_INDEX);
    if (recording.rows.empty() || recording.rows.back().index != index)
        recording.rows.emplace_back().index = index;
    LatencyRow& row = recording.rows.back();
    row.workqueue = key.string(WQLAB_A_LATENCY_KEY_WQ_NAME);
    row.identity = key.u64(WQLAB_A_LATENCY_KEY_WQ_IDENTITY);
    row.function = key.string(WQLAB_A_LATENCY_KEY_FUNCTION);
    row.cpu = key.u32(WQLAB_A_LATENCY_KEY_CPU);
    for (const Attribute& attribute : key.all())
        if (attribute.type == WQLAB_A_LATENCY_KEY_STAGE)
            decode_stage(Attributes(attribute.payload), row);
}

void start_latency(Lab& lab) { lab.tell(WQLAB_CMD_LATENCY_START); }

void stop_latency(Lab& lab) { lab.tell(WQLAB_CMD_LATENCY_STOP); }

LatencyRecording fetch_latency(Lab& lab)
{
    Message message;
    LatencyRecording recording;
    lab.dump(WQLAB_CMD_LATENCY_GET, message,
             [&](uint8_t, const Attributes& attributes) { decode_part(attributes, recording); });
    return recording;
}

}  // namespace wqctl
