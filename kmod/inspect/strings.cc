// SPDX-License-Identifier: GPL-2.0
// The strings of a snapshot, side by side with a NUL behind each.
#include "strings.hh"

namespace wqlab {

Result<uint32_t> Strings::add(const char* text)
{
    const uint32_t size = static_cast<uint32_t>(__builtin_strlen(text)) + 1;
    TRY(text_.reserve(size));
    for (uint32_t i = 0; i < size; i++)
        *text_.add() = text[i];
    return count_++;
}

Result<uint32_t> Strings::symbol(const Kernel& kernel, Address address)
{
    if (!address)
        return WQLAB_NONE;
    if (const uint32_t known = symbols_.get(address); known != AddressMap::kNone)
        return known;
    char name[128];
    kernel.target().name_of(address, name, sizeof(name));
    const uint32_t number = TRY(add(name));
    TRY(symbols_.reserve(count_ + 1));
    symbols_.put(address, number);
    return number;
}

}  // namespace wqlab
