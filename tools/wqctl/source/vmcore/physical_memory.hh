// SPDX-License-Identifier: GPL-2.0
// The memory of the machine that was dumped, by physical address, as far as it is in the file.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wqctl {

class PhysicalMemory {
public:
    static constexpr uint64_t kNone = ~uint64_t{0};

    virtual ~PhysicalMemory() = default;
    // False: not all of it is in the dump. No page that was left out reads as zeros.
    virtual bool read(void* to, uint64_t address, size_t size) const = 0;
    // Of the first page at or behind an address that is in the dump; kNone: there is none.
    virtual uint64_t next_page(uint64_t address) const = 0;
};

}  // namespace wqctl
