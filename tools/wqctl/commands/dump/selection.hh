// SPDX-License-Identifier: GPL-2.0
// The part of a snapshot that somebody wants to see.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "snapshot/snapshot.hh"
#include "text/patterns.hh"

namespace wqctl {

struct Filter {
    Patterns workqueues;  // found in the name or the symbol
    std::optional<int32_t> pool;
    std::optional<uint32_t> cpu;  // its pools, and the unbound ones that may run there
    bool busy = false;            // only what has something to do

    bool active() const { return !workqueues.empty() || pool || cpu || busy; }
};

// Pointers into the snapshot, which must outlive it.
//
// A pool is selected when --pool, --cpu and --busy agree and, with --wq, one
// of the workqueues uses it; a workqueue when --wq and --busy agree and, with
// --pool or --cpu, it uses one of the pools. Everything else goes with its
// workqueue and its pool; a CPU, with any filter, with the pools that may use it. CPU hogs are known by their function
// only: with any filter those stay that the rest of the selection has seen.
struct Selection {
    std::vector<const wqlab_snap_pool*> pools;
    std::vector<const wqlab_snap_workqueue*> workqueues;
    std::vector<const wqlab_snap_pwq*> pwqs;
    std::vector<const wqlab_snap_cpu_pwq*> cpu_pwqs;  // by workqueue, then CPU
    std::vector<const wqlab_snap_node_active*> node_active;
    std::vector<const wqlab_snap_worker*> workers;
    std::vector<const wqlab_snap_work*> works;
    std::vector<const wqlab_snap_flusher*> flushers;
    std::vector<const wqlab_snap_timer*> timers;  // the next one due first
    std::vector<const wqlab_snap_hog*> hogs;      // the worst first
    std::vector<const wqlab_snap_task*> tasks;    // whom the other rows name; a CPU's row says itself who has it
    std::vector<const wqlab_snap_runqueue*> runqueues;
    bool filtered = false;
};

// Refuses a pool or a CPU that is not there, and says which are.
Selection select(const Snapshot& snapshot, const Filter& filter);

// The pool that a delayed work will go to, as things are now; -1: not known.
int32_t pool_of(const Snapshot& snapshot, const wqlab_snap_timer& timer);

}  // namespace wqctl
