// SPDX-License-Identifier: GPL-2.0
// kmod/core/histogram.hh: the geometry that module and tool share.
#include <memory>
#include <random>

#include <catch2/catch.hpp>

#include "core/histogram.hh"

using wqlab::Histogram;
using Geometry = wqlab::HistogramGeometry;

TEST_CASE("every bucket begins where the one before ends")
{
    REQUIRE(Geometry::low(0) == 0);
    for (unsigned i = 0; i < Geometry::kBuckets; i++) {
        REQUIRE(Geometry::low(i) < Geometry::low(i + 1));
        REQUIRE(Geometry::index(Geometry::low(i)) == i);
        REQUIRE(Geometry::index(Geometry::low(i + 1) - 1) == i);
        REQUIRE(Geometry::middle(i) >= Geometry::low(i));
        REQUIRE(Geometry::middle(i) < Geometry::low(i + 1));
    }
    REQUIRE(Geometry::low(Geometry::kBuckets) == 1ull << Geometry::kMaxBits);
}

TEST_CASE("what is too long is counted in the last bucket")
{
    REQUIRE(Geometry::index(1ull << Geometry::kMaxBits) == Geometry::kBuckets - 1);
    REQUIRE(Geometry::index(UINT64_MAX) == Geometry::kBuckets - 1);
}

TEST_CASE("small values are exact")
{
    for (uint64_t ns = 0; ns < 2 * Geometry::kSubBuckets; ns++) {
        REQUIRE(Geometry::low(Geometry::index(ns)) == ns);
        REQUIRE(Geometry::middle(Geometry::index(ns)) == ns);
    }
}

TEST_CASE("the middle of a bucket is wrong by no more than is stated, and by less than 2 %")
{
    STATIC_REQUIRE(Geometry::kWorstErrorPpm <= 20'000);
    std::mt19937_64 random(1);
    const auto check = [](uint64_t ns) {
        const auto middle = static_cast<double>(Geometry::middle(Geometry::index(ns)));
        const double error = std::abs(middle - static_cast<double>(ns)) / static_cast<double>(ns ? ns : 1);
        REQUIRE(error * 1e6 <= Geometry::kWorstErrorPpm);
    };
    for (uint64_t ns = 0; ns < 100'000; ns++)
        check(ns);
    for (int i = 0; i < 200'000; i++)
        check(random() >> (64 - Geometry::kMaxBits) >> random() % Geometry::kMaxBits);
    for (unsigned bit = 0; bit < Geometry::kMaxBits; bit++) {
        check(1ull << bit);
        check((1ull << bit) + 1);
        check((2ull << bit) - 1);
    }
}

TEST_CASE("an empty histogram says so")
{
    const auto histogram = std::make_unique<Histogram>();
    REQUIRE(histogram->count() == 0);
    REQUIRE(histogram->min() == 0);
    REQUIRE(histogram->max() == 0);
    REQUIRE(histogram->sum() == 0);
}

TEST_CASE("merging gives what one histogram of all values would hold")
{
    std::mt19937_64 random(2);
    const auto all = std::make_unique<Histogram>();
    const auto merged = std::make_unique<Histogram>();
    for (int part = 0; part < 4; part++) {
        const auto one = std::make_unique<Histogram>();
        for (int i = 0; i < 1000; i++) {
            const uint64_t ns = 1 + (random() >> (20 + random() % 40));
            one->add(ns);
            all->add(ns);
        }
        merged->merge(*one);
    }
    merged->merge(*std::make_unique<Histogram>());
    REQUIRE(merged->count() == 4000);
    REQUIRE(merged->sum() == all->sum());
    REQUIRE(merged->min() == all->min());
    REQUIRE(merged->max() == all->max());
    for (unsigned i = 0; i < Geometry::kBuckets; i++)
        REQUIRE(merged->bucket(i) == all->bucket(i));
}

TEST_CASE("the smallest and the largest value are exact, zero too")
{
    const auto histogram = std::make_unique<Histogram>();
    histogram->add(12345);
    REQUIRE(histogram->min() == 12345);
    histogram->add(0);
    histogram->add(987654321);
    REQUIRE(histogram->min() == 0);
    REQUIRE(histogram->max() == 987654321);
    REQUIRE(histogram->sum() == 12345 + 987654321);
}
