// SPDX-License-Identifier: GPL-2.0
#include "report/recording_requests.hh"

#include "report/decode.hh"
#include "wire/lab.hh"

namespace wqctl {

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
    for (const Attribute& attribute : key.all()) {
        const Attributes histogram(attribute.payload);
        if (attribute.type != WQLAB_A_LATENCY_KEY_HISTOGRAM)
            continue;
        if (const uint32_t stage = histogram.u32(WQLAB_A_HISTOGRAM_WHICH); stage < row.stages.size())
            decode_part(histogram, row.stages[stage]);
    }
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
