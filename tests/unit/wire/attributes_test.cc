// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "wire/attributes.hh"
#include "unit/wire/wire_maker.hh"

using namespace wqctl;

TEST_CASE("attributes that are cut short end the list")
{
    Wire wire;
    wire.value(1, uint32_t{5}).value(2, uint64_t{6});
    CHECK(Attributes(wire.bytes()).all().size() == 2);
    CHECK(Attributes(wire.bytes().first(wire.size() - 1)).all().size() == 1);
    CHECK(Attributes(Bytes()).all().empty());
    const nlattr short_one = {2, 1};
    Wire bad;
    bad.append(&short_one, sizeof short_one);
    CHECK(Attributes(bad.bytes()).all().empty());
    // A wrong size reads as 0, not as what lies behind.
    CHECK(Attributes(wire.bytes()).u64(1) == 0);
    CHECK(Attributes(wire.bytes()).u32(9) == 0);
}

TEST_CASE("text is one line for people, and exact for a file or the kernel")
{
    Wire wire;
    const char cut[] = {'x', '\n', 'y'};
    wire.text(1, "10000\n").text(2, "\x1b[2Jname\t").text(3, "").raw(4, cut, sizeof cut);
    const Attributes attributes(wire.bytes());
    CHECK(attributes.exact_string(1) == "10000\n");
    CHECK(attributes.string(1) == "10000?");
    CHECK(attributes.exact_string(2) == "\x1b[2Jname\t");
    CHECK(attributes.string(2) == "?[2Jname?");
    CHECK(attributes.exact_string(3).empty());
    CHECK(attributes.exact_string(4) == "x\ny");
    CHECK(attributes.exact_string(9).empty());
}
