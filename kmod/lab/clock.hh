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
        if (is_tsc()) [[likely]]
            return tsc();
#endif
        return wqlab_now();
    }

    static uint64_t ns_between(uint64_t from, uint64_t to)
    {
        // Mostly a second or so at most, where the product has 64 bits.
        const uint64_t ticks = to - from;
        return ticks >> 32 ? ns_of_unusual(static_cast<int64_t>(ticks))
                           : (ticks * wqlab_stamp_mult) >> WQLAB_STAMP_SHIFT;
    }
    static uint64_t ns_since(uint64_t from) { return ns_between(from, stamp()); }

    // Of the clock's parts, for what can't afford the choice.
    static bool is_tsc() { return wqlab_stamp_is_tsc; }
#ifdef __x86_64__
    static uint64_t tsc()
    {
        // The fence keeps the read behind what comes before, as rdtsc_ordered().
        uint64_t low, high;
        asm volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
        return high << 32 | low;
    }
#else
    static uint64_t tsc() { return wqlab_now(); }
#endif

private:
    // Two CPUs' counters may differ by their last tick: never below 0.
    [[gnu::cold, gnu::noinline]] static uint64_t ns_of_unusual(int64_t ticks)
    {
        if (ticks < 0)
            return 0;
        return static_cast<uint64_t>((static_cast<unsigned __int128>(ticks) * wqlab_stamp_mult) >> WQLAB_STAMP_SHIFT);
    }
};

}  // namespace wqlab
