// SPDX-License-Identifier: GPL-2.0
// What wqctl top shows, from successive snapshots: typed rows, unsorted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "snapshot/snapshot.hh"
#include "snapshot/totals.hh"

namespace wqctl {

struct WorkqueueRow : WorkqueueTotals {
    std::optional<double> items_per_s;
    std::optional<double> cpus;  // CPUs' worth of time; never of BH
    // The longest that a pool, on which its items are pending, has started
    // none: at least so long did the first of that pool's list wait.
    std::optional<uint64_t> wait_ns;

    uint64_t depth() const { return pending() + inactive; }
    bool is_quiet() const { return !delta[WQLAB_PWQ_STAT_STARTED] && !depth() && !busy.value_or(in_flight()); }
};

struct WorkerRow {
    int32_t pid = 0;  // 0: BH
    int32_t pool = -1;
    std::string function;
    std::string workqueue;  // of the item; of a rescuer, its own
    std::string description;
    std::string command;
    uint32_t flags = 0;  // enum wqlab_worker_flag
    bool is_busy = false;
    std::optional<uint64_t> for_ns;  // busy or idle
    int32_t cpu = -1;
    int32_t nice = 0;

    std::string_view state() const;
    std::string roles() const;  // "rescuer", "manager", ...
};

struct FunctionRow {
    std::string function;
    std::string workqueues;  // of its items here
    uint64_t busy = 0;
    uint64_t pending = 0;
    uint64_t inactive = 0;
    uint64_t hogs = 0;  // since boot, by kernels that report them
    std::optional<uint64_t> longest_ns;
    bool longest_is_bound = false;  // a lower one
};

struct PoolRow {
    wqlab_snap_pool pool{};
    std::string cpus;
    std::string kind;  // "percpu", "unbound", "unbound strict", "bh"
    uint64_t busy = 0;
    std::optional<uint64_t> wait_ns;

    bool is_quiet() const { return !busy && !pool.nr_pending; }
};

// What one task, or a function in interrupts, queues of one function on one workqueue.
struct QueuerRow {
    std::string queuer;
    std::string workqueue;
    std::string function;
    double items_per_s = 0;
    uint64_t total = 0;  // since somebody looks
};

struct TopSummary {
    std::optional<double> items_per_s;
    std::optional<double> cpus;
    uint64_t pools = 0;
    uint64_t workers = 0;
    uint64_t idle = 0;
    uint64_t busy = 0;
    uint64_t pending = 0;
    uint64_t inactive = 0;
    std::optional<uint64_t> wait_ns;  // the longest of all pools
    uint64_t hogs = 0;                // times that an item ran too long on a CPU
    uint64_t new_hogs = 0;            // since the sample before
    uint64_t online_cpus = 0;
    bool is_freezing = false;
    std::string trouble;  // the first of those of the snapshot
};

struct TopData {
    TopSummary summary;
    std::vector<WorkqueueRow> workqueues;
    std::vector<WorkerRow> workers;
    std::vector<FunctionRow> functions;
    std::vector<PoolRow> pools;
    std::vector<QueuerRow> queuers;  // of a trace, not of a snapshot
};

class TopModel {
public:
    static constexpr uint32_t kSections = WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_POOLS | WQLAB_SECTION_WORK |
                                          WQLAB_SECTION_HOGS;

    TopData take(const Snapshot& snapshot);

private:
    Totals totals_;
};

}  // namespace wqctl
