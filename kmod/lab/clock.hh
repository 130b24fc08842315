// SPDX-License-Identifier: GPL-2.0
// The clock of the records.
#pragma once

#include "../glue/arch.h"
#include "../glue/time.h"

namespace wqlab {

// Stamps mean something only in pairs. 0 is none.
class Clock {
public:
    static uint64_t stamp() { return stamp_or<wqlab_now>(); }
    // For where timekeeping itself may have been interrupted: nested in any lock.
    static uint64_t stamp_anywhere() { return stamp_or<wqlab_now_anywhere>(); }

    static uint64_t ns_between(uint64_t from, uint64_t to)
    {
        // Mostly a second or so at most, where the product has 64 bits.
        const uint64_t ticks = to - from;
        return ticks >> 32 ? ns_of_unusual(static_cast<int64_t>(ticks))
                           : (ticks * wqlab_stamp_mult) >> WQLAB_STAMP_SHIFT;
    }
    static uint64_t ns_since(uint64_t from) { return ns_between(from, stamp()); }
    // Of a difference, or a sum of such.
    static uint64_t ns_of(uint64_t ticks)
    {
        return static_cast<uint64_t>((static_cast<unsigned __int128>(ticks) * wqlab_stamp_mult) >> WQLAB_STAMP_SHIFT);
    }

    // Of the clock's parts, for what can't afford the choice.
    static bool is_counter() { return wqlab_stamp_is_counter; }
    static uint64_t counter() { return wqlab_counter(); }

private:
    template <uint64_t (*Now)()>
    static uint64_t stamp_or()
    {
        // Inline, and not through ktime_get(), which is 57 instructions: four
        // stamps would be more than half of what recording an item costs.
        if (is_counter()) [[likely]]
            return counter();
        return Now();
    }

    // Two CPUs' counters may differ by their last tick: never below 0. (Not gnu::cold: see scripts/gate.)
    [[gnu::noinline]] static uint64_t ns_of_unusual(int64_t ticks)
    {
        return ticks < 0 ? 0 : ns_of(static_cast<uint64_t>(ticks));
    }
};

}  // namespace wqlab
