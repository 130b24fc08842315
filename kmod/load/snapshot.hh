// SPDX-License-Identifier: GPL-2.0
// A run's records, merged at one moment, to be read at leisure.
#pragma once

#include "run.hh"

namespace wqlab {

// What list shows of a run.
struct RunSummary {
    RunSummary() = default;
    explicit RunSummary(const Run& run);

    uint32_t id = 0;
    char label[WQLAB_LABEL_LEN] = {};
    uint32_t state = 0;
    uint32_t end_reason = 0;
    uint64_t elapsed = 0;
    uint64_t memory = 0;
    RunTotals totals;
};

// Everything about one workqueue of a run.
struct QueueSnapshot {
    Result<void> take(const Run& run, uint32_t index);

    char name[WQLAB_NAME_LEN] = {};
    char kernel_name[64] = {};
    uint32_t flags = 0;
    uint64_t elapsed_ns = 0;
    uint64_t queued = 0, refused = 0, executed = 0, cancelled = 0;
    uint64_t drained = 0, flushed = 0, modified = 0, late = 0, late_max_ns = 0;
    uint64_t alloc_failed = 0, softirq = 0, migrated = 0, workers_lost = 0, reordered = 0;
    uint32_t max_concurrency = 0;
    Array<wqlab_flow> queued_at;
    Array<wqlab_flow> executed_at;
    Array<wqlab_worker> workers;  // sorted by pid, each once
    Array<Histogram> latency;     // by enum wqlab_latency

private:
    // Items by the CPU queued at and, once executed, the CPU run on.
    struct Flows {
        Array<Counter> queued;    // [from]
        Array<Counter> executed;  // [from * cpus + to]
    };

    void add(const ExecutionRecord& record);
    void add_cpu(const CpuRecord& record, uint32_t cpu, uint32_t cpus, Flows& flows);
    void add_issuer(const Issuer& issuer, uint32_t cpus, Flows& flows);
    Result<void> list_flows(const Flows& flows, uint32_t cpus);
    Result<void> list_workers(const Run& run, uint32_t index);
};

struct RunSnapshot {
    // Allocates; the run must not end its life meanwhile.
    Result<void> take(const Run& run);

    RunSummary summary;
    Array<QueueSnapshot> queues;
};

}  // namespace wqlab
