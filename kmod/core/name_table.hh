// SPDX-License-Identifier: GPL-2.0
// Names of what events have by a number, each kept once.
#pragma once

#include "../uapi/wqlab.h"
#include "mix.hh"
#include "span.hh"

namespace wqlab {

// Any number of writers. A key is claimed before its name is there: who finds
// one by its key has its number, and a reader of the name looks at `ready`.
class NameTable {
public:
    // Slots looked at for one key.
    static constexpr unsigned kProbes = 64;

    NameTable() = default;
    // Zeroed, as many of the one as of the other; a power of two. Only keys are ever read here.
    NameTable(Span<uint64_t> keys, wqlab_trace_name* names) : keys_(keys), names_(names) {}

    // Where it is mostly found. 0: it is elsewhere, or not there.
    [[gnu::always_inline]] uint32_t at_home(uint64_t key) const
    {
        const uint64_t slot = home(key) & (keys_.size() - 1);
        return __atomic_load_n(&keys_[slot], __ATOMIC_RELAXED) == key ? static_cast<uint32_t>(slot) + 1 : 0;
    }

    // Its number, from 1; of a new one fill(name) is called. 0: there is no room. key: not 0.
    template <typename Fill>
    uint32_t find(uint64_t key, Fill fill)
    {
        uint64_t at = home(key);
        for (unsigned i = 0; i < kProbes; at += ++i) {
            const uint64_t slot = at & (keys_.size() - 1);
            uint64_t there = __atomic_load_n(&keys_[slot], __ATOMIC_RELAXED);
            if (there == key) [[likely]]
                return static_cast<uint32_t>(slot) + 1;
            if (there)
                continue;
            if (__atomic_compare_exchange_n(&keys_[slot], &there, key, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
                fill(names_[slot]);
                __atomic_store_n(&names_[slot].ready, 1, __ATOMIC_RELEASE);
                return static_cast<uint32_t>(slot) + 1;
            }
            if (there == key)
                return static_cast<uint32_t>(slot) + 1;
        }
        return 0;
    }

private:
    static uint64_t home(uint64_t key) { return mixed(key); }

    Span<uint64_t> keys_;
    wqlab_trace_name* names_ = nullptr;
};

}  // namespace wqlab
