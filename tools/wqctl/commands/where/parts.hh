// SPDX-License-Identifier: GPL-2.0
// What the parts of where() share: the choice of a CPU leads to a pool, the
// pool to a worker.
#pragma once

#include <algorithm>
#include <iterator>

#include "commands/where/where.hh"

namespace wqctl {

inline bool contains(const CpuList& cpus, uint32_t cpu) { return std::binary_search(cpus.begin(), cpus.end(), cpu); }

inline CpuList common(const CpuList& a, const CpuList& b)
{
    CpuList both;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
    return both;
}

struct WhereView {
    WhereView(const Snapshot& snapshot, const WhereQuestion& question);

    bool is_unbound() const { return wq.flags & WQLAB_WQ_UNBOUND; }
    bool is_ordered() const { return wq.flags & WQLAB_WQ_ORDERED; }
    bool is_bh() const { return wq.flags & WQLAB_WQ_BH; }
    // Before 6.9 each pool_workqueue has the whole of max_active, that of an unbound workqueue, too.
    bool counts_by_pwq() const { return !is_unbound() || wq.min_active < 0; }
    // Before 6.6 an unbound workqueue has a pool_workqueue for each NUMA node, and no pods.
    bool goes_by_node() const { return snapshot.has(WQLAB_SECTION_SCOPES) && snapshot.scopes.empty(); }

    // The pwq of a CPU's slot; WQLAB_NONE if it is not in the snapshot.
    uint32_t pwq_of(uint32_t cpu) const;
    // "kworker/3:1 (pid 57)"
    std::string name_of(const wqlab_snap_worker& worker) const;

    const Snapshot& snapshot;
    const WhereQuestion& question;
    const wqlab_snap_workqueue& wq;
    CpuList online;
    CpuList possible;
    CpuList unbound;                             // wq_unbound_cpumask
    const wqlab_snap_worker* running = nullptr;  // who runs the item of the question now
};

inline bool is_idle(const wqlab_snap_worker& worker) { return worker.flags & WQLAB_WORKER_IDLE; }

// The CPU's pool_workqueue, and why it has that pool.
WherePlace place_of(const WhereView& view, uint32_t cpu);
// The rule of non-reentrancy: where the item still runs.
void follow_item(const WhereView& view, WherePlace& place);
// Whether it would be active, who would run it, and where.
void find_runner(const WhereView& view, WherePlace& place);

}  // namespace wqctl
