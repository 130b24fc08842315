// SPDX-License-Identifier: GPL-2.0
#include "trace/pools.hh"

#include "snapshot/workqueue_labels.hh"
#include "text/cpu_list.hh"

namespace wqctl {

void add_pools(Tables& tables, const Snapshot& snapshot)
{
    for (const wqlab_snap_pool& pool : snapshot.pools)
        tables.add(pool.id, {.cpu = pool.cpu,
                             .cpus = format_cpu_list(snapshot.cpus(Snapshot::allowed_cpus(pool))),
                             .nice = pool.nice,
                             .bh = (pool.flags & WQLAB_POOL_BH) != 0});
}

void call_workqueues(Tables& tables, const Snapshot& snapshot)
{
    const WorkqueueLabels labels(snapshot);
    for (const wqlab_snap_workqueue& workqueue : snapshot.workqueues)
        tables.call(workqueue.identity, snapshot.string(workqueue.name), labels[snapshot.index_of(workqueue)]);
}

}  // namespace wqctl
