// SPDX-License-Identifier: GPL-2.0
// Finds the piece of memory that an address is in.
#include "region_memory.hh"

#include <cstring>

namespace wqlab {

const uint8_t* RegionMemory::find(uint64_t address, size_t size) const
{
    auto behind = regions_.upper_bound(address);
    if (behind == regions_.begin())
        return nullptr;
    const auto& [begin, bytes] = *--behind;
    const uint64_t offset = address - begin;
    if (offset > bytes.size() || size > bytes.size() - offset)
        return nullptr;
    return bytes.data() + offset;
}

uint8_t* RegionMemory::find(uint64_t address, size_t size)
{
    return const_cast<uint8_t*>(static_cast<const RegionMemory*>(this)->find(address, size));
}

bool RegionMemory::read(void* to, uint64_t address, size_t size) const
{
    const uint8_t* from = find(address, size);
    if (!from)
        return false;
    std::memcpy(to, from, size);
    return true;
}

}  // namespace wqlab
