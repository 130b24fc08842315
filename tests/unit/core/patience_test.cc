// SPDX-License-Identifier: GPL-2.0
// The clock is the test's own.
#include <catch2/catch.hpp>

#include "core/patience.hh"

using wqlab::Patience;

TEST_CASE("patience: where each look comes in time, it ends with the time that was given")
{
    Patience patience(1000, 50);
    for (uint64_t now = 60; now < 1050; now += 10)
        REQUIRE_FALSE(patience.spend(now, 40));
    CHECK(patience.spend(1050, 40));
    CHECK(patience.spend(1050, 40));  // and stays so
}

TEST_CASE("patience: a clock that leaps by more than all of it takes no more than one look may")
{
    Patience patience(1000, 50);
    CHECK_FALSE(patience.spend(1'000'000, 40));
    for (uint64_t look = 1; look < 96; look++)
        REQUIRE_FALSE(patience.spend(1'000'000 + look * 10, 40));
    CHECK(patience.spend(1'000'960, 40));
}

TEST_CASE("patience: whoever gets a look only now and then has as many as the time is worth")
{
    Patience patience(1000, 0);
    uint64_t looks = 1;
    for (uint64_t now = 500; !patience.spend(now, 40); now += 500)
        looks++;
    CHECK(looks == 1000 / 40);
}

TEST_CASE("patience: what is left is never less than nothing")
{
    Patience patience(30, 0);
    CHECK(patience.spend(40, 40));
    CHECK(patience.spend(80, 40));
}
