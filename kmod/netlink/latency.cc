// SPDX-License-Identifier: GPL-2.0
#include "latency.hh"

#include "../glue/inspect.h"
#include "../glue/netlink.h"
#include "../glue/symbols.h"
#include "../glue/upcalls.h"
#include "../uapi/wqlab.h"
#include "part.hh"
#include "service.hh"

namespace wqlab {

namespace {

// Of 16 bytes; they pass through the stack. With three such chunks and a
// function's name a message is below 2 KiB, and a part has 3.5 KiB or more
// (NLMSG_GOODSIZE).
constexpr uint32_t kStageBuckets = 32;
constexpr unsigned kNoMore = HistogramGeometry::kBuckets;

}  // namespace

// The next filled bucket from index on, or kNoMore.
unsigned LatencyMessages::filled_from(uint32_t i, unsigned index) const
{
    while (index < kNoMore && !stage(i).bucket(index, snapshot_.cells))
        index++;
    return index;
}

void LatencyMessages::fill(Filler& message)
{
    if (!began_) {
        fill_summary(message);
        return;
    }
    constexpr int pad = WQLAB_A_LATENCY_KEY_PAD;
    const LatencyRecord& record = snapshot_.records[next_];
    const LatencyKey& key = record.key();
    wqlab_symbol_name(key.function, function_, sizeof(function_));
    message.nest(WQLAB_A_LATENCY_KEY, [&](Filler& nest) {
        nest.u32(WQLAB_A_LATENCY_KEY_INDEX, next_)
            .text(WQLAB_A_LATENCY_KEY_WQ_NAME, record.name())
            .u64(WQLAB_A_LATENCY_KEY_WQ_IDENTITY, key.workqueue ? wqlab_identity(key.workqueue) : 0, pad)
            .text(WQLAB_A_LATENCY_KEY_FUNCTION, function_)
            .u32(WQLAB_A_LATENCY_KEY_CPU, key.cpu);
        for (uint32_t i = 0; i < WQLAB_STAGES; i++)
            if (filled_from(i, offset_[i]) < kNoMore)
                fill_stage(nest, i);
    });
}

void LatencyMessages::fill_stage(Filler& message, uint32_t i) const
{
    constexpr int pad = WQLAB_A_LATENCY_STAGE_PAD;
    const SparseHistogram& histogram = stage(i);
    wqlab_bucket buckets[kStageBuckets];
    uint32_t filled = 0;
    for (unsigned index = offset_[i]; filled < kStageBuckets; index++) {
        index = filled_from(i, index);
        if (index == kNoMore)
            break;
        buckets[filled++] = {histogram.bucket(index, snapshot_.cells), index, 0};
    }
    message.nest(WQLAB_A_LATENCY_KEY_STAGE, [&](Filler& nest) {
        nest.u32(WQLAB_A_LATENCY_STAGE_STAGE, i)
            .u64(WQLAB_A_LATENCY_STAGE_COUNT, histogram.count(), pad)
            .u64(WQLAB_A_LATENCY_STAGE_SUM, histogram.sum(), pad)
            .u64(WQLAB_A_LATENCY_STAGE_MIN, histogram.min(), pad)
            .u64(WQLAB_A_LATENCY_STAGE_MAX_VALUE, histogram.max(), pad)
            .bytes(WQLAB_A_LATENCY_STAGE_BUCKETS, buckets, filled * sizeof(buckets[0]));
    });
}

void LatencyMessages::advance()
{
    if (!began_) {
        began_ = true;
        return;
    }
    bool more = false;
    for (uint32_t i = 0; i < WQLAB_STAGES; i++) {
        for (uint32_t sent = 0; sent < kStageBuckets && offset_[i] < kNoMore; sent++) {
            offset_[i] = filled_from(i, offset_[i]);
            offset_[i] += offset_[i] < kNoMore;
        }
        more = more || filled_from(i, offset_[i]) < kNoMore;
    }
    if (more)
        return;
    for (unsigned& offset : offset_)
        offset = 0;
    next_++;
}

void LatencyMessages::fill_summary(Filler& message) const
{
    constexpr int pad = WQLAB_A_LATENCY_PAD;
    message.u64(WQLAB_A_LATENCY_ELAPSED, snapshot_.elapsed, pad)
        .u64(WQLAB_A_LATENCY_PROBES, snapshot_.tally.probes, pad)
        .u64(WQLAB_A_LATENCY_PROBES_TIMED, snapshot_.tally.timed, pad)
        .u64(WQLAB_A_LATENCY_PROBES_NS, Clock::ns_of(snapshot_.tally.timed_ticks), pad)
        .u64(WQLAB_A_LATENCY_LOST_ITEMS, snapshot_.tally.lost_items, pad)
        .u64(WQLAB_A_LATENCY_LOST_KEYS, snapshot_.tally.lost_keys, pad)
        .u64(WQLAB_A_LATENCY_UNPAIRED, snapshot_.tally.unpaired, pad)
        .u64(WQLAB_A_LATENCY_MEMORY, snapshot_.memory, pad)
        .u64(WQLAB_A_LATENCY_WAITING, snapshot_.population.waiting, pad)
        .u64(WQLAB_A_LATENCY_RUNNING, snapshot_.population.running, pad);
}

namespace {

struct LatencyDump {
    LatencySnapshot snapshot;
    LatencyMessages messages{snapshot};
};

int refuse(genl_info* info, Errno error)
{
    const int number = static_cast<int>(error);
    switch (error) {
    case Errno::kBusy:
        return wqlab_nl_refuse(info, nullptr, number, "somebody records already, and there is one recording at a time");
    case Errno::kNoDevice:
        return wqlab_nl_refuse(info, nullptr, number, "the module is being removed");
    case Errno::kNoEntry:
        return wqlab_nl_refuse(info, nullptr, number, "there is no recording; start one first, on the same socket");
    case Errno::kNotSupported:
        return wqlab_nl_refuse(info, nullptr, number, "this kernel lacks what that needs; wqctl info says what");
    default:
        return wqlab_nl_refuse(info, nullptr, number, "the kernel gave no memory");
    }
}

int answer(genl_info* info, const Result<void>& result)
{
    return result.ok() ? 0 : refuse(info, result.error());
}

}  // namespace
}  // namespace wqlab

using namespace wqlab;

int wqlab_nl_latency_start(genl_info* info)
{
    return answer(info, Service::get().recordings().start(wqlab_nl_portid(info)));
}

int wqlab_nl_latency_stop(genl_info* info)
{
    return answer(info, Service::get().recordings().stop(wqlab_nl_portid(info)));
}

int wqlab_nl_latency_dump_start(genl_info* info, void** cursor)
{
    const Shared<Recording> recording = Service::get().recordings().current();
    if (!recording)
        return refuse(info, Errno::kNoEntry);
    Result<Box<LatencyDump>> created = Box<LatencyDump>::create();
    if (!created.ok())
        return refuse(info, created.error());
    Box<LatencyDump> dump = created.take();
    if (const Result<void> taken = dump->snapshot.take(*recording); !taken.ok())
        return refuse(info, taken.error());
    *cursor = dump.release();
    return 0;
}

int wqlab_nl_latency_dump_next(void* cursor, sk_buff* part, netlink_callback* cb)
{
    LatencyMessages& messages = static_cast<LatencyDump*>(cursor)->messages;
    for (; !messages.finished(); messages.advance())
        if (!add_to_part(part, cb, WQLAB_CMD_LATENCY_GET, [&](Filler& filler) { messages.fill(filler); }))
            return 1;
    return 0;
}

void wqlab_nl_latency_dump_done(void* cursor)
{
    Box<LatencyDump>::adopt(static_cast<LatencyDump*>(cursor));
}
