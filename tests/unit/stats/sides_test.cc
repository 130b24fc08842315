// SPDX-License-Identifier: GPL-2.0
// What is called different when the truth is known: noise as it was measured, made up here.
#include <algorithm>
#include <cmath>
#include <random>

#include <catch2/catch.hpp>

#include "stats/families.hh"
#include "stats/rank_test.hh"
#include "stats/sides.hh"

using namespace wqctl;

namespace {

// A round: 2 % of log-normal noise, a neighbour's burst in one of ten, and what wanders from round to round. A boot:
// 1 % that lasts.
class Noise {
public:
    explicit Noise(uint64_t seed) : random_(seed) {}

    Rounds rounds(size_t n, double level, double boot_sigma)
    {
        const double boot = boot_sigma * normal_(random_);
        const double trend = 0.01 * normal_(random_);  // over all of it
        double wander = 0;
        Rounds values;
        for (size_t i = 0; i < n; i++) {
            wander = 0.5 * wander + 0.005 * normal_(random_);
            const double burst = uniform_(random_) < 0.1 ? -0.2 * std::abs(cauchy_(random_)) : 0;
            const double along = static_cast<double>(i) / static_cast<double>(n) - 0.5;
            values.push_back(level * std::exp(boot + trend * along + wander + 0.02 * normal_(random_) + burst));
        }
        return values;
    }

    Side side(size_t boots, size_t n, double level, double boot_sigma)
    {
        Side side;
        while (side.size() < boots)
            side.push_back(rounds(n, level, boot_sigma));
        return side;
    }

private:
    std::mt19937_64 random_;
    std::normal_distribution<double> normal_;
    std::cauchy_distribution<double> cauchy_;
    std::uniform_real_distribution<double> uniform_;
};

struct Shape {
    size_t boots;
    size_t rounds;
    double boot_sigma;
};

constexpr Shape kShapes[] = {{5, 12, 0.01}, {8, 6, 0.015}, {1, 24, 0}};
constexpr int kTrials = 1000;
constexpr size_t kRows = 12;

}  // namespace

TEST_CASE("two equal sides are called different in one of twenty trials at most")
{
    for (const Shape& shape : kShapes) {
        Noise noise(20'240'101 + shape.boots);
        int called = 0;
        for (int trial = 0; trial < kTrials; trial++) {
            std::vector<double> p;
            for (size_t row = 0; row < kRows; row++) {
                const Side a = noise.side(shape.boots, shape.rounds, 1e5, shape.boot_sigma);
                const Side b = noise.side(shape.boots, shape.rounds, 1e5, shape.boot_sigma);
                const Unit unit = unit_of(a, b);
                p.push_back(difference(values_of(a, unit), values_of(b, unit)).p);
            }
            const std::vector<double> together = corrected(p);
            called += *std::min_element(together.begin(), together.end()) <= 0.05;
        }
        INFO(shape.boots << " boots of " << shape.rounds << " rounds");
        CHECK(called <= kTrials * 5 / 100);
    }
}

TEST_CASE("a loss of 3 % is found in nine of ten trials where the interval says that it could be")
{
    for (const Shape& shape : kShapes) {
        Noise noise(20'240'102 + shape.boots);
        int could = 0;
        int found = 0;
        int covered = 0;
        for (int trial = 0; trial < kTrials; trial++) {
            std::vector<double> p;
            Difference first;
            for (size_t row = 0; row < kRows; row++) {
                const Side a = noise.side(shape.boots, shape.rounds, 1e5, shape.boot_sigma);
                const Side b = noise.side(shape.boots, shape.rounds, 0.97e5, shape.boot_sigma);
                const Unit unit = unit_of(a, b);
                const Difference d = difference(values_of(a, unit), values_of(b, unit));
                p.push_back(d.p);
                if (row == 0)
                    first = d;
            }
            REQUIRE(first.interval);
            covered += first.interval->low <= 0.97 && first.interval->high >= 0.97;
            // Narrow enough to tell 3 % from nothing.
            if ((first.interval->high - first.interval->low) / 2 > 0.015)
                continue;
            could++;
            found += corrected(p).front() <= 0.05;
        }
        INFO(shape.boots << " boots of " << shape.rounds << " rounds: " << found << " of " << could);
        CHECK(could > 20);
        CHECK(found * 10 >= could * 9);
        // The intervals are what they say.
        CHECK(covered >= kTrials * 94 / 100);
    }
}

TEST_CASE("one boot against another tells nothing if the boot is what differs, and four do")
{
    // Hundreds of rounds of three boots a side are three values.
    Noise noise(3);
    const Side a = noise.side(3, 200, 1e5, 0.001);
    const Side b = noise.side(3, 200, 0.5e5, 0.001);
    const Difference three = difference(values_of(a, unit_of(a, b)), values_of(b, unit_of(a, b)));
    CHECK(three.least_p > 0.05);
    CHECK_FALSE(three.interval);
    CHECK(three.p == Approx(0.1));
    CHECK(*three.ratio == Approx(0.5).epsilon(0.02));

    const Side c = noise.side(4, 200, 1e5, 0.001);
    const Side d = noise.side(4, 200, 0.5e5, 0.001);
    const Difference four = difference(values_of(c, Unit::kOccasion), values_of(d, Unit::kOccasion));
    CHECK(four.least_p < 0.05);
    CHECK(four.p == Approx(2.0 / 70));
    REQUIRE(four.interval);
    CHECK(four.interval->high < 0.52);
}

TEST_CASE("a value of 0 has no ratio, and is still compared")
{
    const Difference d = difference({0, 0, 0, 0, 1}, {5, 6, 7, 8, 9});
    CHECK_FALSE(d.ratio);
    CHECK(d.p < 0.05);
    CHECK(difference({}, {1}).p == 1);
    CHECK_FALSE(difference({}, {1}).ratio);
}

TEST_CASE("rounds become eight blocks, in their order")
{
    Rounds rounds;
    for (int i = 0; i < 24; i++)
        rounds.push_back(i);
    CHECK(values_of({rounds}, Unit::kBlock) == std::vector<double>{1, 4, 7, 10, 13, 16, 19, 22});
    CHECK(values_of({{3, 1, 2}}, Unit::kBlock) == std::vector<double>{3, 1, 2});
    CHECK(values_of({{3, 1, 2}, {}, {5}}, Unit::kOccasion) == std::vector<double>{2, 5});
}

TEST_CASE("geometric means are of what all rows have")
{
    const std::vector<double> means = geometric_means({{1, 4, 9}, {4, 4}});
    REQUIRE(means.size() == 2);
    CHECK(means[0] == Approx(2));
    CHECK(means[1] == Approx(4));
    CHECK(geometric_means({{0, 4}, {4, 4}}).size() == 1);
    CHECK(geometric_means({}).empty());
}
