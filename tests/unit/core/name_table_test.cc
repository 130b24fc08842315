// SPDX-License-Identifier: GPL-2.0
// kmod/core's names of what events have.
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "core/name_table.hh"

using namespace wqlab;

namespace {

struct Names {
    explicit Names(size_t n) : keys(n), names(n), table({keys.data(), keys.size()}, names.data()) {}

    uint32_t find(uint64_t key)
    {
        return table.find(key, [&](wqlab_trace_name&) { named++; });
    }

    std::vector<uint64_t> keys;
    std::vector<wqlab_trace_name> names;
    NameTable table;
    unsigned named = 0;
};

}  // namespace

TEST_CASE("each key has one number, and a name that is asked for once")
{
    Names names(64);
    const uint32_t first = names.find(0xffffffff81000000), second = names.find(0xffffffff81000010);
    CHECK(first != 0);
    CHECK(second != 0);
    CHECK(first != second);
    CHECK(names.find(0xffffffff81000000) == first);
    CHECK(names.named == 2);
    CHECK(names.names[first - 1].ready == 1);
}

TEST_CASE("a name's home is a hint, and never another's")
{
    Names names(1024);
    for (uint64_t i = 1; i <= 700; i++) {
        const uint64_t key = 0xffffffff81000000 + 64 * i;
        CHECK(names.table.at_home(key) == 0);
        const uint32_t number = names.find(key), home = names.table.at_home(key);
        CHECK((home == 0 || home == number));
    }
}

// 2,992 and 143,360 octets apart a product of the address meets a few slots again and again.
TEST_CASE("three quarters of the names find room, whatever lies between their addresses")
{
    for (const uint64_t distance : {1, 8, 16, 112, 448, 2992, 4096, 143'360}) {
        Names names(1024);
        for (uint64_t i = 0; i < 768; i++)
            REQUIRE(names.find(0xffffffff81000000 + distance * i) != 0);
        CHECK(names.named == 768);
    }
}

TEST_CASE("a full table of names takes no more, and keeps those that it has")
{
    Names names(16);
    std::vector<uint32_t> numbers;
    for (uint64_t key = 1; key <= 16; key++)
        numbers.push_back(names.find(key));
    CHECK(names.find(17) == 0);
    for (uint64_t key = 1; key <= 16; key++)
        CHECK(names.find(key) == numbers[key - 1]);
    CHECK(names.named == 16);
}
