// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <cmath>
#include <random>

#include <catch2/catch.hpp>

#include "stats/latency.hh"

using namespace wqctl;

TEST_CASE("percentiles are those of the sorted values, within the stated error")
{
    std::mt19937_64 random(4);
    for (int round = 0; round < 50; round++) {
        std::vector<uint64_t> values(1 + random() % 5000);
        Latency latency;
        latency.min = UINT64_MAX;
        for (uint64_t& value : values) {
            value = random() >> (25 + random() % 39);
            latency.add_bucket(Latency::Geometry::index(value), 1);
            latency.count++;
            latency.sum += value;
            latency.min = std::min(latency.min, value);
            latency.max = std::max(latency.max, value);
        }
        std::sort(values.begin(), values.end());
        for (double fraction : {0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0}) {
            const auto rank = static_cast<size_t>(std::ceil(fraction * static_cast<double>(values.size()) - 1e-9));
            const auto truth = static_cast<double>(values[std::max<size_t>(rank, 1) - 1]);
            const double error = std::abs(static_cast<double>(latency.percentile(fraction)) - truth);
            CHECK(error * 1e6 <= truth * Latency::Geometry::kWorstErrorPpm);
        }
    }
}

TEST_CASE("an empty latency has percentiles of 0")
{
    CHECK(Latency().percentile(0.5) == 0);
    CHECK(Latency().mean() == 0);
}

TEST_CASE("chunks of a histogram add up in any order")
{
    Latency latency;
    latency.add_bucket(7, 1);
    latency.add_bucket(3, 2);
    latency.add_bucket(7, 4);
    REQUIRE(latency.buckets.size() == 2);
    CHECK(latency.buckets[0].index == 3);
    CHECK(latency.buckets[1].count == 5);
}
