// SPDX-License-Identifier: GPL-2.0
// The probes: what is written down when an item is queued, activated, started
// and done. Each CPU writes lines of its own, except in the items in flight.
#pragma once

#include "../core/in_flight.hh"
#include "../core/latency_records.hh"
#include "../lab/clock.hh"
#include "../core/memory.hh"
#include "../uapi/wqlab.h"
#include "origin.hh"

namespace wqlab {

// What a CPU counts beside its records.
struct alignas(64) Tally {
    uint64_t probes = 0;
    uint64_t timed = 0;
    uint64_t timed_ticks = 0;
    uint64_t until_timed = 0;
    uint64_t lost_items = 0;
    uint64_t lost_keys = 0;
    uint64_t unpaired = 0;

    void add(const Tally& other);
};

class Recorder {
public:
    // The kernel has view::kLatency.
    Result<void> create(const Kernel& kernel);

    // The tracepoints, interrupts off.
    void queue(uint32_t cpu, uintptr_t pwq, uintptr_t work);
    void activate(uint32_t cpu, uintptr_t work);
    void start(uint32_t cpu, uintptr_t work, uintptr_t worker);
    void end(uint32_t cpu, uintptr_t work, uintptr_t worker, uintptr_t function);

    const LatencyRecords& records() const { return records_; }
    const Array<HistogramCell>& cells() const { return cells_; }
    InFlight::Population population() const { return in_flight_.population(); }
    Tally tally() const;
    uint64_t memory() const;

private:
    class Call;

    void write(Tally& tally, uint32_t cpu, uintptr_t function, const InFlight::Item& item, uint64_t ended);

    Origins origins_;
    Array<InFlight::Bucket> buckets_;
    Array<LatencyRecord> slots_;
    Array<HistogramCell> cells_;
    Array<Tally> tallies_;  // by CPU
    InFlight in_flight_;
    LatencyRecords records_;
};

}  // namespace wqlab
