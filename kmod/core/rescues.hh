// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>

namespace wqlab {

// Which rescuers are with a pool: when they come is seen, but where they leave the compiler has often left no function.
// Any context. A rescuer comes and leaves by itself, so a pid has one who writes.
class Rescues {
public:
    struct Stay {
        uint16_t pool = 0;
        uint16_t workqueue = 0;
    };

    // pid: not 0. If there is no room its end will not be told.
    void begin(uint32_t pid, Stay stay)
    {
        const uint64_t mine = uint64_t{pid} << 32 | uint32_t{stay.pool} << 16 | stay.workqueue;
        for (uint64_t& slot : slots_) {
            uint64_t free = 0;
            if (!__atomic_compare_exchange_n(&slot, &free, mine, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
                continue;
            __atomic_fetch_add(&count_, 1, __ATOMIC_RELAXED);
            return;
        }
    }

    [[gnu::always_inline]] bool any() const { return __atomic_load_n(&count_, __ATOMIC_RELAXED); }

    // False: it is with none.
    bool end(uint32_t pid, Stay& stay)
    {
        for (uint64_t& slot : slots_) {
            const uint64_t mine = __atomic_load_n(&slot, __ATOMIC_RELAXED);
            if (!mine || mine >> 32 != pid)
                continue;
            stay = {static_cast<uint16_t>(mine >> 16), static_cast<uint16_t>(mine)};
            __atomic_store_n(&slot, 0, __ATOMIC_RELAXED);
            __atomic_fetch_sub(&count_, 1, __ATOMIC_RELAXED);
            return true;
        }
        return false;
    }

private:
    static constexpr unsigned kMost = 64;

    uint64_t slots_[kMost] = {};  // pid, pool, workqueue; 0: free
    uint32_t count_ = 0;
};

}  // namespace wqlab
