// SPDX-License-Identifier: GPL-2.0
// What a snapshot says of a workqueue, a pool, the kernel's rules. Per-CPU
// pools belong to everybody, so workers and items are told apart by workqueue.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "snapshot/snapshot.hh"

namespace wqctl {

using Ids = std::set<int32_t>;

std::optional<uint32_t> find_workqueue(const Snapshot& snapshot, std::string_view name);

// Of all pools, or of those that pass.
Ids pool_ids(const Snapshot& snapshot, const std::function<bool(const wqlab_snap_pool&)>& passes = {});
// Those that a workqueue's items go to: the pools of its pool_workqueues.
Ids pools_of(const Snapshot& snapshot, uint32_t workqueue);
// Of which the other set has none.
Ids minus(const Ids& ids, const Ids& others);
// The pool for items queued on a CPU; nullptr: unknown.
const wqlab_snap_pool* pool_for(const Snapshot& snapshot, uint32_t workqueue, uint32_t cpu);
bool is_percpu(const wqlab_snap_pool& pool);  // not BH
bool is_bh(const wqlab_snap_pool& pool);
bool is_unbound(const wqlab_snap_pool& pool);

// Those that execute an item of the workqueue.
std::vector<wqlab_snap_worker> executing(const Snapshot& snapshot, uint32_t workqueue);
std::vector<wqlab_snap_worker> workers_in(const Snapshot& snapshot, int32_t pool);
// The pids of the workers in some pools.
Ids worker_pids(const Snapshot& snapshot, const Ids& pools);

// Items of a workqueue that wait so; barriers are none.
size_t waiting(const Snapshot& snapshot, uint32_t workqueue, uint32_t state);
// The sum over its pool_workqueues.
uint64_t stat(const Snapshot& snapshot, uint32_t workqueue, wqlab_pwq_stat which);
int64_t active(const Snapshot& snapshot, uint32_t workqueue);
int64_t in_flight(const Snapshot& snapshot, uint32_t workqueue);

// A nice value that no unbound pool and no unbound workqueue has.
std::optional<int> unused_nice(const Snapshot& snapshot);

// The function of that name, of a pool that nobody manages at the moment.
bool too_many_workers(int32_t nr_workers, int32_t nr_idle);

// The CPUs of the pools that an unbound workqueue of these CPUs needs in a
// scope, its default pool included (apply_wqattrs_prepare(), wq_calc_pod_cpumask()).
std::set<CpuList> pool_masks(const Snapshot& snapshot, uint32_t scope, const CpuList& cpus);

// A node's share of max_active (wq_update_node_max_active()).
int32_t node_share(int32_t max_active, int32_t min_active, size_t node_cpus, size_t cpus);

CpuList common(const CpuList& a, const CpuList& b);

}  // namespace wqctl
