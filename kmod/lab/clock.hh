// SPDX-License-Identifier: GPL-2.0
// The clock of the records.
#pragma once

#include "../glue/glue.h"

namespace wqlab {

// Stamps mean something only in pairs. 0 is none.
class Clock {
public:
    static uint64_t stamp() { return wqlab_stamp(); }

    // Two CPUs' counters may differ by their last tick: never below 0.
    static uint64_t ns_between(uint64_t from, uint64_t to)
    {
        const int64_t ticks = static_cast<int64_t>(to - from);
        if (ticks <= 0)
            return 0;
        return static_cast<uint64_t>((static_cast<unsigned __int128>(ticks) * wqlab_stamp_mult) >> WQLAB_STAMP_SHIFT);
    }
    static uint64_t ns_since(uint64_t from) { return ns_between(from, stamp()); }
};

}  // namespace wqlab
