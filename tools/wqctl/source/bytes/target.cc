// SPDX-License-Identifier: GPL-2.0
// What of a Target made of bytes need not be inline.
#include "target.hh"

#include <algorithm>
#include <cstdio>

#include "siphash.hh"

namespace wqlab {

void Target::name_of(Address address, char* text, size_t size) const
{
    const std::string name = image_.symbols->name_of(address);
    if (name.empty())
        std::snprintf(text, size, "0x%llx", static_cast<unsigned long long>(address));
    else
        std::snprintf(text, size, "%s", name.c_str());
}

uint64_t Target::identity(Address address) const
{
    if (!address)
        return 0;
    const bool as_printed = image_.printk_key[0] | image_.printk_key[1];
    return std::max<uint64_t>((as_printed ? siphash(address, image_.printk_key) : hash(address)) & 0xffff'ffff, 1);
}

// A bijection (Stafford's thirteenth mix), so that no two addresses collide. It
// hides addresses from who pastes a snapshot somewhere, not from cryptographers.
uint64_t Target::hash(Address address) const
{
    uint64_t bits = address ^ image_.key;
    bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ bits >> 27) * 0x94d049bb133111eb;
    return bits ^ bits >> 31;
}

}  // namespace wqlab
