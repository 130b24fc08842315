// SPDX-License-Identifier: GPL-2.0
// How far the tables were filled before a pool was copied, so that a copy can be forgotten.
#pragma once

#include "walk_state.hh"

namespace wqlab {

struct PoolMark {
    PoolMark(const Snapshot& snapshot, const WalkState& state, const wqlab_snap_pool& pool)
        : row(pool),
          workers(snapshot.workers.size()),
          works(snapshot.works.size()),
          tasks(state.tasks.size()),
          troubles(snapshot.troubles.rows().size())
    {
    }

    // What came since then goes, but for the rows of the pool and its pwqs, which are written anew.
    void cut(Snapshot& snapshot, WalkState& state) const
    {
        snapshot.workers.cut_to(workers);
        state.workers.cut_to(workers);
        state.worker_cpus.cut_to(workers * snapshot.masks.words_each());
        snapshot.works.cut_to(works);
        state.works.cut_to(works);
        state.tasks.cut_to(tasks);
        snapshot.troubles.cut_to(troubles);
    }

    // Whether those that came since then are as many as the pool counts.
    bool workers_fit(const Snapshot& snapshot, const wqlab_snap_pool& pool) const
    {
        int32_t idle = 0, busy = 0;
        for (uint32_t i = workers; i < snapshot.workers.size(); i++) {
            const wqlab_snap_worker& worker = snapshot.workers[i];
            idle += worker.idle_ns != WQLAB_NEVER;
            // A rescuer is busy and not counted.
            busy += worker.idle_ns == WQLAB_NEVER && !(worker.flags & WQLAB_WORKER_RESCUER);
        }
        return idle == pool.nr_idle && busy + idle <= pool.nr_workers;
    }

    wqlab_snap_pool row;
    uint32_t workers, works, tasks, troubles;
};

}  // namespace wqlab
