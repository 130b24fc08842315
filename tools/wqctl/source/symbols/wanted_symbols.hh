// SPDX-License-Identifier: GPL-2.0
// The few symbols that are asked for by name, of the hundreds of thousands that a kernel has. Whoever reads those meets
// each name once, and most must be passed over at once.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace wqctl {

class WantedSymbols {
public:
    // Those of kmod/inspect/symbols.def, and what tells of the kernel and its modules.
    WantedSymbols();

    // A name's first four letters, the first one lowest; zeros behind its end.
    static uint32_t beginning_of(std::string_view name)
    {
        uint32_t letters = 0;
        std::memcpy(&letters, name.data(), std::min(name.size(), sizeof(letters)));
        return letters;
    }
    // False for most names that are not wanted.
    bool may_have(uint32_t beginning) const { return filter_[bit_of(beginning) / 64] >> bit_of(beginning) % 64 & 1; }
    // Of a name that may not be wanted.
    void note(std::string_view name, uint64_t value);
    // Makes of what was noted of each an address.
    template <typename Convert>
    void convert(Convert convert)
    {
        for (Wanted& wanted : wanted_)
            if (wanted.found)
                wanted.value = convert(wanted.value);
    }
    void forget();

    // What was noted; 0: nothing, or more than once.
    uint64_t operator[](std::string_view name) const;

private:
    struct Wanted {
        std::string_view name;
        uint64_t value = 0;
        uint32_t found = 0;
    };

    static constexpr unsigned kBits = 4096;

    static unsigned bit_of(uint32_t beginning) { return beginning * 0x9e37'79b1u / (UINT32_MAX / kBits + 1); }

    std::vector<Wanted> wanted_;  // by name
    uint64_t filter_[kBits / 64] = {};
};

}  // namespace wqctl
