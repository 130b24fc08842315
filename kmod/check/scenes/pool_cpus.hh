// SPDX-License-Identifier: GPL-2.0
// Which CPUs a workqueue's pool has.
#pragma once

#include "look.hh"

namespace wqlab {

// Of these (of the first 64), those of the pool that its items go to which are queued on this CPU. 0: that can't be
// seen, or unbound workqueues may use others of them than `unbound` by now.
inline uint64_t cpus_of_pool(Trial& t, const Queue& queue, uint32_t cpu, uint64_t of, uint64_t unbound)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_SCOPES);
    const wqlab_snap_pool* pool = now ? pool_of_cpu(*now, queue, cpu) : nullptr;
    const auto first_word = [now](uint32_t mask) {
        return mask == WQLAB_NONE ? 0 : now->masks.words()[mask * now->masks.words_each()];
    };
    return pool && (first_word(now->head.unbound_cpus) & of) == unbound ? first_word(pool->cpus) & of : 0;
}

}  // namespace wqlab
