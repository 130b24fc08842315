// SPDX-License-Identifier: GPL-2.0
// The truth is computed here from the schedule; no clock takes part.
#include <catch2/catch.hpp>

#include "core/arrivals.hh"

using wqlab::Arrivals;
using wqlab::Random;

TEST_CASE("arrivals: the first is due at once, the next an interval later each, whenever one asks")
{
    Random random(1);
    Arrivals arrivals({.interval = 250, .burst = 1, .poisson = false}, 1000);
    for (uint64_t i = 0; i < 1000; i++) {
        REQUIRE(arrivals.advance(random));
        REQUIRE(arrivals.due_ns() == 1000 + i * 250);
    }
}

TEST_CASE("arrivals: a burst is due together, and bursts an interval apart")
{
    Random random(1);
    Arrivals arrivals({.interval = 10'000, .burst = 3, .poisson = false}, 7);
    for (uint64_t burst = 0; burst < 100; burst++) {
        for (unsigned item = 0; item < 3; item++) {
            REQUIRE(arrivals.advance(random) == (item == 0));
            REQUIRE(arrivals.due_ns() == 7 + burst * 10'000);
        }
    }
}

TEST_CASE("arrivals: Poisson's gaps are the seed's, have the mean, and differ")
{
    Random random(42), same(42);
    Arrivals arrivals({.interval = 1'000'000, .burst = 1, .poisson = true}, 5);
    constexpr unsigned kArrivals = 100'000;
    uint64_t due = 5, shorter = 0;
    for (unsigned i = 0; i < kArrivals; i++) {
        REQUIRE(arrivals.advance(random));
        REQUIRE(arrivals.due_ns() == due);
        const uint64_t gap = same.exponential(1'000'000);
        due += gap;
        shorter += gap < 1'000'000;
    }
    const double mean = static_cast<double>(due - 5) / kArrivals;
    CHECK(mean == Approx(1'000'000).epsilon(0.02));
    // Of an exponential distribution 1 - 1/e are shorter than its mean.
    CHECK(static_cast<double>(shorter) / kArrivals == Approx(0.632).epsilon(0.02));
}

TEST_CASE("arrivals: late is beyond the slack, and counts from when it was due")
{
    Random random(1);
    Arrivals arrivals({.interval = 1000, .burst = 2, .poisson = false}, 5000);
    arrivals.advance(random);
    CHECK(arrivals.lateness_ns(4000, 100) == 0);
    CHECK(arrivals.lateness_ns(5100, 100) == 0);
    CHECK(arrivals.lateness_ns(5101, 100) == 101);
    // Falling behind does not move what is due next.
    arrivals.advance(random);
    CHECK(arrivals.lateness_ns(9000, 100) == 4000);
    arrivals.advance(random);
    CHECK(arrivals.due_ns() == 6000);
    CHECK(arrivals.lateness_ns(9000, 100) == 3000);
}
