// SPDX-License-Identifier: GPL-2.0
// The clock of the records.
#pragma once

#include "../glue/glue.h"

namespace wqlab {

// Stamps mean something only in pairs. 0 is none.
class Clock {
public:
    static uint64_t stamp()
    {
#ifdef __x86_64__
        // Inline, and not through ktime_get(), which is 57 instructions: four
        // stamps would be more than half of what recording an item costs.
        // The fence keeps the read behind what comes before, as rdtsc_ordered().
        if (__builtin_expect(wqlab_stamp_is_tsc, true)) {
            uint32_t low, high;
            asm volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
            return uint64_t{high} << 32 | low;
        }
#endif
        return wqlab_now();
    }

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
