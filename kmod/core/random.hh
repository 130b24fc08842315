// SPDX-License-Identifier: GPL-2.0
// Repeatable random numbers and the distributions that a load needs, without
// floating point at run time.
#pragma once

#include <cstdint>

#include "mix.hh"

namespace wqlab {

// SplitMix64 (Steele, Lea, Flood 2014): 64 bits of state, any seed is good.
class Random {
public:
    explicit constexpr Random(uint64_t seed = 0) : state_(seed) {}

    constexpr uint64_t next() { return mixed(state_ += 0x9e3779b97f4a7c15); }

    // 0 <= result < bound; the bias is below bound / 2^32. bound < 2^32.
    constexpr uint32_t below(uint32_t bound) { return static_cast<uint32_t>(((next() >> 32) * bound) >> 32); }

    constexpr bool percent(uint32_t p) { return p && below(100) < p; }

    // low <= result <= high, for spans below 2^44 ns.
    constexpr uint64_t between(uint64_t low, uint64_t high)
    {
        return low + (((next() >> 44) * (high - low + 1)) >> 20);
    }

    // Of this mean (below 2^60 ns), in 4096 equal slices; the longest is nine means.
    constexpr uint64_t exponential(uint64_t mean);

private:
    __extension__ using Wide = unsigned __int128;  // of a product

    uint64_t state_;
};

namespace detail {

// -ln((i + 0.5) / 4096) in units of 2^-20: the exponential's inverse, by the
// midpoints of 4096 equal slices. Made by the compiler.
struct ExponentialTable {
    static constexpr unsigned kBits = 12;
    uint32_t slice[1u << kBits];

    consteval ExponentialTable() : slice{}
    {
        for (unsigned i = 0; i < 1u << kBits; i++)
            slice[i] = static_cast<uint32_t>(-log((i + 0.5) / (1u << kBits)) * (1u << 20));
    }

    static consteval double log(double x)
    {
        double whole = 0;
        while (x < 0.75) {
            x *= 2;
            whole -= 0.693147180559945309417;
        }
        // ln x = 2 artanh((x - 1) / (x + 1)); |argument| <= 1/7 here.
        const double t = (x - 1) / (x + 1);
        double sum = 0, power = t;
        for (int k = 1; k < 24; k += 2) {
            sum += power / k;
            power *= t * t;
        }
        return whole + 2 * sum;
    }
};

inline constexpr ExponentialTable exponential_table{};

}  // namespace detail

constexpr uint64_t Random::exponential(uint64_t mean)
{
    const uint32_t unit = detail::exponential_table.slice[next() >> (64 - detail::ExponentialTable::kBits)];
    return static_cast<uint64_t>((static_cast<Wide>(mean) * unit) >> 20);
}

}  // namespace wqlab
