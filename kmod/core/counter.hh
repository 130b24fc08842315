// SPDX-License-Identifier: GPL-2.0
// Words that one context writes and any may read meanwhile, and shared ones.
#pragma once

#include <cstdint>

namespace wqlab {

// One writer at a time: an ordinary addition, whole for readers. It orders
// nothing: a sum of several is of no instant while they are written, and what
// must be complete is read after a Flag, or after whoever wrote it was flushed or
// joined. The next writer comes after the last one by the same means, or on the
// same CPU.
class Counter {
public:
    // Plain, so that it is one instruction on x86; an aligned word is written whole, there and on arm64.
    void add(uint64_t n = 1) { value_ += n; }
    void raise_to(uint64_t n)
    {
        if (n > get())
            set(n);
    }
    void set(uint64_t n) { __atomic_store_n(&value_, n, __ATOMIC_RELAXED); }
    uint64_t get() const { return __atomic_load_n(&value_, __ATOMIC_RELAXED); }

private:
    uint64_t value_ = 0;
};

// Set once by one context, seen by others, who then see what was written before.
// Who sets it for a sleeper wakes it afterwards; what the two then need is said
// in core/handback.hh.
class Flag {
public:
    void set() { __atomic_store_n(&value_, true, __ATOMIC_RELEASE); }
    bool is_set() const { return __atomic_load_n(&value_, __ATOMIC_ACQUIRE); }

private:
    bool value_ = false;
};

// How many are inside at once, and the most there ever were. Any context, many
// writers. Relaxed: who may enter only when another has left comes after that one
// in the kernel's own order (a pool's lock, the counts of active items), and so in
// that of this one word; only who is not kept from it counts twice.
class Gauge {
public:
    void enter()
    {
        const uint32_t now = __atomic_add_fetch(&inside_, 1, __ATOMIC_RELAXED);
        uint32_t most = __atomic_load_n(&most_, __ATOMIC_RELAXED);
        while (now > most && !__atomic_compare_exchange_n(&most_, &most, now, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            ;
    }
    void leave() { __atomic_sub_fetch(&inside_, 1, __ATOMIC_RELAXED); }
    uint32_t most() const { return __atomic_load_n(&most_, __ATOMIC_RELAXED); }

private:
    uint32_t inside_ = 0;
    uint32_t most_ = 0;
};

}  // namespace wqlab
