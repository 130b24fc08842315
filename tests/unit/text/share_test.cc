// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "text/error.hh"
#include "text/share.hh"

using namespace wqctl;

TEST_CASE("a share is written as a percentage")
{
    CHECK(parse_share("3%") == Approx(0.03));
    CHECK(parse_share("0.5%") == Approx(0.005));
    CHECK(parse_share("100%") == 1);
    for (const char* text : {"3", "101%", "-1%", "%", "", "3%%", "nan%", "3 %", "1e1%"})
        CHECK_THROWS_AS(parse_share(text), Error);
}
