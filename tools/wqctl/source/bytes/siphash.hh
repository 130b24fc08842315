// SPDX-License-Identifier: GPL-2.0
// SipHash-2-4 of one word: what the kernel prints for a pointer is its lower half.
#pragma once

#include <bit>
#include <cstdint>

namespace wqlab {

constexpr uint64_t siphash(uint64_t word, const uint64_t (&key)[2])
{
    uint64_t a = key[0] ^ 0x736f'6d65'7073'6575, b = key[1] ^ 0x646f'7261'6e64'6f6d;
    uint64_t c = key[0] ^ 0x6c79'6765'6e65'7261, d = key[1] ^ 0x7465'6462'7974'6573;
    const auto rounds = [&](int count) {
        for (; count; count--) {
            a += b, b = std::rotl(b, 13) ^ a, a = std::rotl(a, 32);
            c += d, d = std::rotl(d, 16) ^ c;
            a += d, d = std::rotl(d, 21) ^ a;
            c += b, b = std::rotl(b, 17) ^ c, c = std::rotl(c, 32);
        }
    };
    constexpr uint64_t length = uint64_t{sizeof(word)} << 56;
    for (const uint64_t block : {word, length}) {
        d ^= block;
        rounds(2);
        a ^= block;
    }
    c ^= 0xff;
    rounds(4);
    return a ^ b ^ c ^ d;
}

// The eighth test vector of its authors.
static_assert(siphash(0x0706'0504'0302'0100, {0x0706'0504'0302'0100, 0x0f0e'0d0c'0b0a'0908}) == 0x93f5'f579'9a93'2462);

}  // namespace wqlab
