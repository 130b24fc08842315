// SPDX-License-Identifier: GPL-2.0
// One word's bits spread over all of another.
#pragma once

#include <cstdint>

namespace wqlab {

// SplitMix64's finalizer (Steele, Lea, Flood 2014). A product alone is not enough for a table of buckets: addresses at
// equal distances, as those of an array are, go round it in equal steps, and for some distances always over the same
// few buckets.
constexpr uint64_t mixed(uint64_t word)
{
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
    word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
    return word ^ (word >> 31);
}

}  // namespace wqlab
