// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "text/patterns.hh"

using namespace wqctl;

TEST_CASE("patterns: a name of any length is looked at, as far as names go")
{
    const Patterns patterns({"a.*b"});
    CHECK(patterns.match("cab"));
    CHECK(patterns.match("a" + std::string(4000, 'x') + "b"));
    CHECK_FALSE(patterns.match("a" + std::string(1'000'000, 'x')));
}
