// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "trace/event.hh"

using namespace wqctl;

TEST_CASE("names are the same for the same text, and of too many the rest is one")
{
    Tables tables;
    CHECK(tables.name("") == 0);
    CHECK(tables.text(0) == "");
    const NameId one = tables.name("one");
    CHECK(tables.name("one") == one);
    CHECK(tables.text(one) == "one");
    CHECK(tables.text(4711) == "");
    for (size_t i = 0; i < Tables::kMostNames + 1000; i++)
        tables.name(std::to_string(i));
    CHECK(tables.names() == Tables::kMostNames + 1);
    CHECK(tables.text(tables.name("one more")) == "(too many names)");
    CHECK(tables.name("one") == one);
}
