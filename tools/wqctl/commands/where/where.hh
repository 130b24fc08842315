// SPDX-License-Identifier: GPL-2.0
// Which pool and which worker an item would get, and why: kernel/workqueue.c,
// played on a snapshot. It knows what the snapshot knows: the machine goes on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "snapshot/find_workqueue.hh"
#include "snapshot/snapshot.hh"

namespace wqctl {

// The sections that it needs.
inline constexpr uint32_t kWhereSections = WQLAB_SECTION_SCOPES | WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES |
                                           WQLAB_SECTION_RESCUERS | WQLAB_SECTION_NODES | WQLAB_SECTION_WORK |
                                           WQLAB_SECTION_TIMERS;

struct WhereQuestion {
    uint32_t workqueue = 0;                // index
    std::optional<uint32_t> cpu = {};      // the item is queued from there; else from each online one
    std::optional<uint32_t> work_on = {};  // by queue_work_on() this CPU
    std::optional<uint32_t> node = {};     // by queue_work_node() this node
    uint64_t work = 0;                     // this item, by identity; else one that is new
    std::string function = {};             // the item that runs this function now, if one does
};

// A decision, and the function of the kernel that takes it.
struct Reason {
    std::string_view function;
    std::string text;

    bool operator==(const Reason&) const = default;
};

enum class Fate {
    kQueued,
    kChainedOnly,  // drained or destroyed: refused, unless an item of the workqueue queues it
    kPending,      // it is on a queue already
};

enum class Activity {
    kActive,
    kLimited,  // inactive: max_active is reached
    kBehind,   // inactive: others are before it
    kFrozen,   // inactive until workqueues are thawed
    kPlugged,  // inactive until the older pool_workqueues of an ordered workqueue are drained
    kUnknown,
};

enum class Runner {
    kIdle,     // this idle worker is woken
    kCurrent,  // the worker that runs this very item now, afterwards
    kAfter,    // it waits until the running worker sleeps, hogs its CPU or ends: concurrency management
    kManager,  // no worker is idle: a manager makes one
    kSoftirq,  // BH
    kLater,    // it is inactive: whoever is idle then
    kNobody,   // the pool's CPU is offline, and nothing serves it until it is back
    kUnknown,
};

// One pool_workqueue that the item may be put on.
struct WherePlace {
    CpuList chosen;  // by these CPUs' slots in the workqueue's cpu_pwq
    uint32_t pwq = WQLAB_NONE;
    int32_t pool = -1;
    bool follows_item = false;      // not by a CPU: the item runs there still
    std::optional<uint32_t> scope;  // type; of unbound, not ordered ones
    std::optional<int32_t> pod;     // of the chosen CPU
    bool is_whole = false;          // nothing of the pod is allowed and online: all allowed CPUs
    CpuList starts_on;              // online CPUs where its worker is woken
    CpuList runs_on;                // online CPUs where its worker may run
    Activity activity = Activity::kUnknown;
    std::optional<int32_t> nr_active;  // by whatever counts: the pwq or the workqueue on a node
    std::optional<int32_t> max_active;
    std::optional<int32_t> counted_on;  // that node; -1: no node; absent: the pwq counts
    Runner runner = Runner::kUnknown;
    const wqlab_snap_worker* worker = nullptr;  // the idle, current or running one
    std::vector<Reason> reasons;
};

struct WhereAnswer {
    uint32_t from = 0;
    Fate fate = Fate::kQueued;
    bool in_turn = false;  // one of the places, round robin
    std::vector<Reason> reasons;
    std::vector<WherePlace> places;
};

// Refuses what no one can ask: CPUs and nodes that are not there, and a
// function that several items of the workqueue run.
std::vector<WhereAnswer> where(const Snapshot& snapshot, const WhereQuestion& question);

}  // namespace wqctl
