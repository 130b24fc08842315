// SPDX-License-Identifier: GPL-2.0
#include "recorder.hh"

#include "../glue/cpu.h"
#include "../glue/trace.h"
#include "../glue/upcalls.h"
#include "layout.h"

namespace wqlab {

void Tally::add(const Tally& other)
{
    const auto read = [](const uint64_t& word) { return __atomic_load_n(&word, __ATOMIC_RELAXED); };
    probes += read(other.probes);
    timed += read(other.timed);
    timed_ticks += read(other.timed_ticks);
    lost_items += read(other.lost_items);
    lost_keys += read(other.lost_keys);
    unpaired += read(other.unpaired);
}

// A probe is being called: counts that, and times one call in so many.
class Recorder::Call {
public:
    Call(Recorder& recorder, uint32_t cpu) : tally(recorder.tallies_[cpu])
    {
        tally.probes++;
        if (tally.until_timed--)
            return;
        tally.until_timed = WQLAB_LIMIT_LATENCY_TIMED - 1;
        begun_ = Clock::stamp_anywhere();
    }
    Call(const Call&) = delete;
    ~Call()
    {
        if (!begun_)
            return;
        tally.timed++;
        tally.timed_ticks += Clock::stamp_anywhere() - begun_;
    }

    Tally& tally;

private:
    uint64_t begun_ = 0;
};

Result<void> Recorder::create(const Kernel& kernel)
{
    // All of it is allocated now, 14 MB together.
    constexpr uint32_t kBuckets = WQLAB_LIMIT_LATENCY_ITEMS / InFlight::kWays;
    static_assert(kBuckets * InFlight::kWays == WQLAB_LIMIT_LATENCY_ITEMS && (kBuckets & (kBuckets - 1)) == 0);
    static_assert((WQLAB_LIMIT_LATENCY_KEYS & (WQLAB_LIMIT_LATENCY_KEYS - 1)) == 0);
    static_assert(WQLAB_LIMIT_LATENCY_CELLS <= HistogramCells::kMost);
    static_assert(LatencyRecord::kNameSize == Origins::kNameSize);
    origins_ = Origins(kernel);
    buckets_ = TRY(Array<InFlight::Bucket>::create(kBuckets));
    slots_ = TRY(Array<LatencyRecord>::create(WQLAB_LIMIT_LATENCY_KEYS));
    cells_ = TRY(Array<HistogramCell>::create(WQLAB_LIMIT_LATENCY_CELLS));
    tallies_ = TRY(Array<Tally>::create(wqlab_nr_cpus()));
    in_flight_ = InFlight({buckets_.begin(), buckets_.size()});
    records_ = LatencyRecords({slots_.begin(), slots_.size()}, {cells_.begin(), cells_.size()});
    return {};
}

// Stamps are taken next to what they stand for: what a probe itself takes is in
// no stage, as far as it can be kept out.
void Recorder::queue(uint32_t cpu, uintptr_t pwq, uintptr_t work)
{
    const Call call(*this, cpu);
    const Origin origin = origins_.of_pwq(pwq);
    if (!in_flight_.queue(work, origin.workqueue, origin.tag, Clock::stamp_anywhere))
        call.tally.lost_items++;
}

void Recorder::activate(uint32_t cpu, uintptr_t work)
{
    const uint64_t now = Clock::stamp_anywhere();
    const Call call(*this, cpu);
    in_flight_.activate(work, now);
}

void Recorder::start(uint32_t cpu, uintptr_t work, uintptr_t worker)
{
    const uint64_t now = Clock::stamp_anywhere();
    const Call call(*this, cpu);
    const auto word_at = [work](size_t offset) {
        return __atomic_load_n(reinterpret_cast<const uint64_t*>(work + offset), __ATOMIC_RELAXED);
    };
    if (origins_.is_barrier(word_at(WQLAB_OFFSET_WORK_FUNCTION)))
        return;
    const auto pending = [&] { return (word_at(WQLAB_OFFSET_WORK_DATA) & WQLAB_WORK_IS_PENDING) != 0; };
    const auto unseen = [&](InFlight::Item& item) {
        const Origin origin = worker & WQLAB_WORKER_IS_SOFTIRQ ? Origin{} : origins_.of_current();
        item.workqueue = origin.workqueue;
        item.tag = origin.tag;
    };
    switch (in_flight_.start(work, worker, now, pending, unseen, Clock::stamp_anywhere)) {
    case InFlight::Start::kPaired: break;
    case InFlight::Start::kInPlace: call.tally.lost_items++; [[fallthrough]];
    case InFlight::Start::kUnpaired: call.tally.unpaired++; break;
    case InFlight::Start::kFull: call.tally.lost_items++;
    }
}

void Recorder::end(uint32_t cpu, uintptr_t work, uintptr_t worker, uintptr_t function)
{
    const uint64_t now = Clock::stamp_anywhere();
    const Call call(*this, cpu);
    InFlight::Item item;
    if (in_flight_.end(work, worker, item))
        write(call.tally, cpu, function, item, now);
}

// All of an item at once, where it ended: so its stages have the same count,
// and its start need not find a record.
void Recorder::write(Tally& tally, uint32_t cpu, uintptr_t function, const InFlight::Item& item, uint64_t ended)
{
    const LatencyKey key = {item.workqueue, item.tag, function, cpu};
    // Its item executes, so the workqueue is alive.
    LatencyRecord* record = records_.find(key, [&](auto& name) { origins_.copy_name(key.workqueue, name); });
    const uint64_t run = Clock::ns_between(item.running, ended);
    const auto add = [&] {
        if (!item.paired())
            return record->add_run(run, records_.cells());
        return record->add(Clock::ns_between(item.queued, item.activated),
                           Clock::ns_between(item.activated, item.started), run, records_.cells());
    };
    if (!record || !add())
        tally.lost_keys++;
}

Tally Recorder::tally() const
{
    Tally all;
    for (const Tally& tally : tallies_)
        all.add(tally);
    return all;
}

uint64_t Recorder::memory() const
{
    return buckets_.size() * sizeof(InFlight::Bucket) + slots_.size() * sizeof(LatencyRecord) +
           cells_.size() * sizeof(HistogramCell) + tallies_.size() * sizeof(Tally);
}

}  // namespace wqlab

using wqlab::Recorder;

void wqlab_trace_queue(void* recorder, uint32_t cpu, uintptr_t pwq, uintptr_t work)
{
    static_cast<Recorder*>(recorder)->queue(cpu, pwq, work);
}

void wqlab_trace_activate(void* recorder, uint32_t cpu, uintptr_t work)
{
    static_cast<Recorder*>(recorder)->activate(cpu, work);
}

void wqlab_trace_start(void* recorder, uint32_t cpu, uintptr_t work, uintptr_t worker)
{
    static_cast<Recorder*>(recorder)->start(cpu, work, worker);
}

void wqlab_trace_end(void* recorder, uint32_t cpu, uintptr_t work, uintptr_t worker, uintptr_t function)
{
    static_cast<Recorder*>(recorder)->end(cpu, work, worker, function);
}
