// SPDX-License-Identifier: GPL-2.0
// Where a worker may run, by what its task says.
#pragma once

#include "look.hh"

namespace wqlab {

// Of the first 64; 0: it can't be seen.
inline uint64_t cpus_of_worker(Trial& t, int32_t pid)
{
    const Snapshot* now = t.snapshot(WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_WORK);
    for (uint32_t i = 0; now && i < now->workers.size(); i++)
        if (now->workers[i].pid == pid && now->workers[i].cpus != WQLAB_NONE)
            return now->masks.words()[now->workers[i].cpus * now->masks.words_each()];
    return 0;
}

}  // namespace wqlab
