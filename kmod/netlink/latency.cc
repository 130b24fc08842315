// SPDX-License-Identifier: GPL-2.0
#include "latency.hh"

#include "../glue/inspect.h"
#include "../glue/netlink/message.h"
#include "../glue/netlink/upcalls.h"
#include "../glue/symbols.h"
#include "dump.hh"
#include "histogram.hh"
#include "service.hh"

namespace wqlab {

void LatencyMessages::fill(Filler& message)
{
    if (!began_)
        fill_summary(message);
    else
        message.nest(WQLAB_A_LATENCY_KEY, WQLAB_A_LATENCY_KEY_PAD, [&](Filler& nest) { fill_key(nest); });
}

// With three chunks of buckets and a function's name a message is below 2 KiB.
void LatencyMessages::fill_key(Filler& message)
{
    const LatencyRecord& record = snapshot_.records[record_];
    const LatencyKey& key = record.key();
    wqlab_symbol_name(key.function, function_, sizeof(function_));
    message.u32(WQLAB_A_LATENCY_KEY_INDEX, record_)
        .string(WQLAB_A_LATENCY_KEY_WQ_NAME, record.name())
        .u64(WQLAB_A_LATENCY_KEY_WQ_IDENTITY, key.workqueue ? wqlab_identity(key.workqueue) : 0)
        .string(WQLAB_A_LATENCY_KEY_FUNCTION, function_)
        .u32(WQLAB_A_LATENCY_KEY_CPU, key.cpu);
    for (uint32_t i = 0; i < WQLAB_STAGES; i++) {
        next_[i] = kNoBucket;
        if (next_bucket(stage(i), offset_[i]) < kNoBucket)
            message.nest(WQLAB_A_LATENCY_KEY_HISTOGRAM, WQLAB_A_HISTOGRAM_PAD,
                         [&](Filler& nest) { next_[i] = fill_histogram(nest, i, stage(i), offset_[i]); });
    }
}

void LatencyMessages::advance()
{
    if (!began_) {
        began_ = true;
        return;
    }
    bool more = false;
    for (uint32_t i = 0; i < WQLAB_STAGES; i++) {
        offset_[i] = next_[i];
        more = more || offset_[i] < kNoBucket;
    }
    if (more)
        return;
    for (unsigned& offset : offset_)
        offset = 0;
    record_++;
}

void LatencyMessages::fill_summary(Filler& message) const
{
    message.u64(WQLAB_A_LATENCY_ELAPSED, snapshot_.elapsed)
        .u64(WQLAB_A_LATENCY_PROBES, snapshot_.tally.probes)
        .u64(WQLAB_A_LATENCY_PROBES_TIMED, snapshot_.tally.timed)
        .u64(WQLAB_A_LATENCY_PROBES_NS, Clock::ns_of(snapshot_.tally.timed_ticks))
        .u64(WQLAB_A_LATENCY_LOST_ITEMS, snapshot_.tally.lost_items)
        .u64(WQLAB_A_LATENCY_LOST_KEYS, snapshot_.tally.lost_keys)
        .u64(WQLAB_A_LATENCY_UNPAIRED, snapshot_.tally.unpaired)
        .u64(WQLAB_A_LATENCY_MEMORY, snapshot_.memory)
        .u64(WQLAB_A_LATENCY_WAITING, snapshot_.population.waiting)
        .u64(WQLAB_A_LATENCY_RUNNING, snapshot_.population.running);
}

namespace {

// busy: what it means that there is another's.
int answer(genl_info* info, const Result<void>& result, const char* busy)
{
    if (result.ok())
        return 0;
    switch (result.error()) {
    case Errno::kBusy: return refuse(info, kNoAttribute, Errno::kBusy, "%s", busy);
    case Errno::kNoEntry:
        return refuse(info, kNoAttribute, Errno::kNoEntry,
                      "there is no recording; start one first, on the same socket");
    default: return refuse(info, result.error());
    }
}

constexpr const char* kOneAtATime = "somebody records already, and there is one recording at a time";
constexpr const char* kAnothers = "the recording is another socket's";

class LatencyGet {
public:
    static constexpr uint8_t kCommand = WQLAB_CMD_LATENCY_GET;
    static constexpr int kPad = WQLAB_A_LATENCY_PAD;

    int take(genl_info* info)
    {
        Result<Shared<Recording>> recording = Service::get().recordings().of(wqlab_nl_portid(info));
        return answer(info, recording.ok() ? snapshot_.take(*recording.take()) : recording.error(), kAnothers);
    }
    bool finished() const { return messages_.finished(); }
    void fill(Filler& message) { messages_.fill(message); }
    void advance() { messages_.advance(); }

private:
    LatencySnapshot snapshot_;
    LatencyMessages messages_{snapshot_};
};

}  // namespace
}  // namespace wqlab

using namespace wqlab;

int wqlab_nl_latency_start_doit(sk_buff*, genl_info* info)
{
    Service& service = Service::get();
    const auto started = service.recordings().start(wqlab_nl_portid(info), service.kernel());
    return answer(info, started.ok() ? Result<void>() : started.error(), kOneAtATime);
}

int wqlab_nl_latency_stop_doit(sk_buff*, genl_info* info)
{
    return answer(info, Service::get().recordings().stop(wqlab_nl_portid(info)), kAnothers);
}

WQLAB_DUMP(latency_get, LatencyGet)
