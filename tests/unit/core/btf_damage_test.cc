// SPDX-License-Identifier: GPL-2.0
// No damage to a small BTF does harm; tests/fuzz does more of it.
#include <algorithm>
#include <memory>

#include <catch2/catch.hpp>

#include "fuzz/btf_check.hh"
#include "fuzz/seeds.hh"

namespace {

using Bytes = std::vector<uint8_t>;

std::string nonsense(const Bytes& bytes)
{
    const auto exact = std::make_unique<uint8_t[]>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), exact.get());
    return nonsense_in_btf(exact.get(), bytes.size());
}

Bytes seed(const std::string& name)
{
    for (const Seed& seed : btf_seeds())
        if (seed.name == name)
            return seed.bytes;
    FAIL("no seed " << name);
    return {};
}

}  // namespace

TEST_CASE("BTF that is cut off anywhere is refused or read right")
{
    const Bytes whole = seed("everything");
    for (size_t size = 0; size <= whole.size(); size++)
        REQUIRE(nonsense(Bytes(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size))) == "");
}

TEST_CASE("BTF with any byte changed is refused or read right")
{
    Bytes bytes = seed("everything");
    for (uint8_t& byte : bytes) {
        const uint8_t was = byte;
        for (int value : {0x00, 0x01, 0x7f, 0x80, 0xff, was ^ 0xff, was ^ 1, was + 1, was + 4, was - 1}) {
            byte = static_cast<uint8_t>(value);
            REQUIRE(nonsense(bytes) == "");
        }
        byte = was;
    }
}

TEST_CASE("BTF made to take long does not")
{
    for (const Seed& made : btf_seeds()) {
        INFO(made.name);
        REQUIRE(nonsense(made.bytes) == "");
    }
}
