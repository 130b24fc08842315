// SPDX-License-Identifier: GPL-2.0
// Which CPUs a workqueue's pool has.
#pragma once

#include "look.hh"

namespace wqlab {

// Of the first 64, those of the pool that its items go to which are queued on this CPU; 0: that can't be seen.
inline uint64_t cpus_of_pool(Trial& t, const Queue& queue, uint32_t cpu)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES);
    const wqlab_snap_pool* pool = now ? pool_of_cpu(*now, queue, cpu) : nullptr;
    return pool && pool->cpus != WQLAB_NONE ? now->masks.words()[pool->cpus * now->masks.words_each()] : 0;
}

}  // namespace wqlab
