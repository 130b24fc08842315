// SPDX-License-Identifier: GPL-2.0
// What the items of the machine went through while their tracepoints were
// listened to.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "report/provenance.hh"
#include "stats/latency.hh"
#include "text/choose.hh"
#include "uapi/wqlab.h"

namespace wqctl {

// The items of one workqueue, function and CPU, or of several of them.
struct LatencyRow {
    uint32_t index = 0;     // on the wire
    std::string workqueue;  // "": nobody saw them queued, or of any
    uint64_t identity = 0;  // of the workqueue; 0 as above
    std::string function;   // "": of any
    std::optional<uint32_t> cpu;
    std::string queuer;  // who queued them; "": whoever did
    std::array<Latency, WQLAB_STAGES> stages;

    // Not all were seen to be queued, and to wait.
    uint64_t executed() const { return stages[WQLAB_STAGE_RUN].count; }
    bool is_of_known_workqueue() const { return identity != 0; }
};

struct LatencyRecording {
    std::string kernel;
    std::optional<Provenance> provenance;
    uint64_t elapsed_ns = 0;
    uint64_t probes = 0;
    uint64_t probes_timed = 0;
    uint64_t probes_ns = 0;  // of those timed
    uint64_t lost_items = 0;
    uint64_t lost_keys = 0;
    uint64_t lost_events = 0;  // by queuer
    uint64_t unpaired = 0;
    uint64_t waiting = 0;
    uint64_t running = 0;
    uint64_t memory_bytes = 0;
    std::vector<LatencyRow> rows;
    // What dump calls workqueues, by identity; of those that were there at the end.
    std::map<uint64_t, std::string> labels;

    uint64_t executed() const;
    // What listening took, on average: of one event, and of all events of an item.
    double ns_per_probe() const;
    double ns_per_item() const;
};

enum class LatencyGrouping { kItem, kWorkqueue, kFunction, kCpu, kQueuer };
enum class LatencyOrder { kExecuted, kInactive, kPending, kRun, kName };

inline constexpr std::array<Named<LatencyGrouping>, 5> kLatencyGroupings = {{
    {"item", LatencyGrouping::kItem},
    {"wq", LatencyGrouping::kWorkqueue},
    {"function", LatencyGrouping::kFunction},
    {"cpu", LatencyGrouping::kCpu},
    {"queuer", LatencyGrouping::kQueuer},
}};
inline constexpr std::array<Named<LatencyOrder>, 5> kLatencyOrders = {{
    {"executed", LatencyOrder::kExecuted},
    {"inactive", LatencyOrder::kInactive},
    {"pending", LatencyOrder::kPending},
    {"run", LatencyOrder::kRun},
    {"name", LatencyOrder::kName},
}};

struct LatencyView {
    std::string pattern;  // of workqueues' names, an ECMAScript regular expression; "": all
    LatencyGrouping by = LatencyGrouping::kItem;
    LatencyOrder order = LatencyOrder::kExecuted;  // stages by their p99

    // Refuses what is no regular expression.
    void check() const;

    // Selected, put together, and in order.
    std::vector<LatencyRow> rows(const LatencyRecording& recording) const;
};

}  // namespace wqctl
