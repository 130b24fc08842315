// SPDX-License-Identifier: GPL-2.0
// What a run did: what the wire brought, and what wqctl found out beside it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "report/provenance.hh"
#include "stats/latency.hh"
#include "scenario/scenario.hh"
#include "uapi/wqlab.h"

namespace wqctl {

// The short form, of events and of `wqctl list`.
struct RunState {
    uint32_t id = 0;
    std::string label;
    uint32_t state = WQLAB_RUN_HELD;
    uint32_t end_reason = WQLAB_END_NONE;
    uint64_t elapsed_ns = 0;
    uint64_t memory_bytes = 0;
    uint64_t queued = 0;
    uint64_t refused = 0;
    uint64_t executed = 0;
    uint64_t cancelled = 0;

    bool ended() const { return state == WQLAB_RUN_ENDED; }
};

struct Flow {
    uint32_t from = 0;
    uint32_t to = 0;
    uint64_t count = 0;
};

struct Worker {
    int32_t pid = 0;
    int32_t nice = 0;
};

// The attributes of /sys/devices/virtual/workqueue, as read back.
struct WqAttributes {
    std::optional<std::string> scope;  // resolved: never "default"
    bool scope_is_default = false;
    std::optional<bool> strict;
    std::optional<int> nice;
    std::optional<CpuList> cpumask;
};

struct WorkqueueReport {
    uint32_t index = 0;
    std::string name;
    std::string kernel_name;
    std::string system;  // empty: an own one, or not known
    uint32_t flags = 0;
    std::optional<uint32_t> max_active;  // as asked
    uint64_t elapsed_ns = 0;
    uint64_t queued = 0;
    uint64_t refused = 0;
    uint64_t executed = 0;
    uint64_t cancelled = 0;
    uint64_t drained = 0;
    uint64_t flushed = 0;
    uint64_t modified = 0;
    uint64_t late = 0;
    uint64_t late_max_ns = 0;
    uint64_t alloc_failed = 0;
    uint64_t softirq = 0;
    uint64_t migrated = 0;
    uint32_t max_concurrency = 0;
    uint64_t workers_lost = 0;
    uint64_t reordered = 0;
    std::array<Latency, __WQLAB_LATENCY_MAX> latency;
    std::vector<Flow> queued_at;
    std::vector<Flow> flows;
    std::vector<Worker> workers;

    // wqctl's own findings.
    WqAttributes attributes;
    std::string scope;  // the pods that its items were to stay in
    uint64_t off_cpu = 0;
    std::optional<uint64_t> off_scope;  // nothing: the pods are not known

    double items_per_s() const;
};

struct RunReport {
    RunState run;
    std::string kernel;
    std::optional<Provenance> provenance;
    std::optional<Scenario> scenario;  // known when this wqctl started the run
    std::vector<WorkqueueReport> workqueues;

    WorkqueueReport& workqueue(uint32_t index);
};

// Each CPU's share: queued there, executed there.
struct CpuCounts {
    uint64_t queued = 0;
    uint64_t executed = 0;
};
std::map<uint32_t, CpuCounts> by_cpu(const WorkqueueReport& workqueue);

// nice value -> distinct workers of it.
std::map<int32_t, unsigned> by_nice(const WorkqueueReport& workqueue);

// One line for each promise that the numbers of an ended run break. Empty is good.
std::vector<std::string> broken_promises(const RunReport& report);

}  // namespace wqctl
