// SPDX-License-Identifier: GPL-2.0
// Whether a pool is a check's alone: what others do to it is not the check's to judge.
#pragma once

#include "look.hh"

namespace wqlab {

// Whether it is the pool of another workqueue than these, too, or nobody can tell.
inline bool is_shared(Trial& t, int32_t pool, Span<const Queue* const> ours)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
    for (uint32_t i = 0; now && i < now->pwqs.size(); i++) {
        bool is_ours = now->pwqs[i].pool != pool;
        for (const Queue* queue : ours) {
            const wqlab_snap_workqueue* row = row_of(*now, *queue);
            is_ours |= row && i >= row->first_pwq && i - row->first_pwq < row->nr_pwqs;
        }
        if (!is_ours)
            return true;
    }
    return !now;
}

}  // namespace wqlab
