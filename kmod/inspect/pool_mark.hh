// SPDX-License-Identifier: GPL-2.0
// How far the tables were filled before a pool was copied, so that a copy can be forgotten.
#pragma once

#include "walk_state.hh"

namespace wqlab {

struct PoolMark {
    PoolMark(const Snapshot& snapshot, const wqlab_snap_pool& pool)
        : row(pool),
          workers(snapshot.workers.size()),
          works(snapshot.works.size()),
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
        snapshot.troubles.cut_to(troubles);
    }

    wqlab_snap_pool row;
    uint32_t workers, works, troubles;
};

}  // namespace wqlab
