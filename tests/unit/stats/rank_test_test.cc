// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "stats/families.hh"
#include "stats/median.hh"
#include "stats/rank_test.hh"

using namespace wqctl;

namespace {

// By its definition: every way to deal the values out.
double dealt_out(const std::vector<double>& a, const std::vector<double>& b)
{
    std::vector<double> both = a;
    both.insert(both.end(), b.begin(), b.end());
    const auto rank = [&](double value) {
        double r = 0.5;
        for (const double other : both)
            r += other < value ? 1 : other == value ? 0.5 : 0;
        return r;
    };
    const auto sum = [&](const std::vector<double>& side) {
        double s = 0;
        for (const double value : side)
            s += rank(value);
        return s;
    };
    const double seen = sum(a);
    std::vector<bool> chosen(both.size());
    std::fill(chosen.end() - static_cast<std::ptrdiff_t>(a.size()), chosen.end(), true);
    double below = 0;
    double above = 0;
    double all = 0;
    do {
        std::vector<double> side;
        for (size_t i = 0; i < both.size(); i++)
            if (chosen[i])
                side.push_back(both[i]);
        all++;
        below += sum(side) <= seen;
        above += sum(side) >= seen;
    } while (std::next_permutation(chosen.begin(), chosen.end()));
    return std::min(1.0, 2 * std::min(below, above) / all);
}

}  // namespace

TEST_CASE("the rank test counts all ways to deal the values out, also where some are equal")
{
    std::mt19937_64 random(7);
    for (int round = 0; round < 200; round++) {
        std::vector<double> a(1 + random() % 5);
        std::vector<double> b(1 + random() % 5);
        const uint64_t distinct = round % 2 ? 4 : 1000;
        for (double& value : a)
            value = static_cast<double>(random() % distinct);
        for (double& value : b)
            value = static_cast<double>(random() % distinct);
        CHECK(rank_test(a, b) == Approx(dealt_out(a, b)));
    }
    CHECK(rank_test(std::vector<double>{1, 2, 3, 4, 5}, std::vector<double>{6, 7, 8, 9, 10}) == Approx(2.0 / 252));
    CHECK(least_p(5, 5) == Approx(2.0 / 252));
    CHECK(least_p(3, 3) == Approx(0.1));
}

TEST_CASE("the shifts that the rank test does not deny are the interval")
{
    // No two differences are equal.
    const std::vector<double> a = {1, 2.1, 3.3, 4.7, 6.9, 9.4};
    const std::vector<double> b = {4.05, 5.17, 8.31, 9.03, 11.57};
    const auto interval = shift_interval(a, b);
    REQUIRE(interval);
    CHECK(interval->low < shift(a, b));
    CHECK(interval->high > shift(a, b));
    const auto p_at = [&](double by) {
        std::vector<double> moved = b;
        for (double& value : moved)
            value -= by;
        return rank_test(a, moved);
    };
    constexpr double kLittle = 1e-6;
    CHECK(p_at(interval->low - kLittle) <= 0.05);
    CHECK(p_at(interval->low + kLittle) > 0.05);
    CHECK(p_at(interval->high + kLittle) <= 0.05);
    CHECK(p_at(interval->high - kLittle) > 0.05);
    CHECK_FALSE(shift_interval(std::vector<double>{1, 2, 3}, std::vector<double>{4, 5, 6}));
}

TEST_CASE("a median's interval holds it as often as it says")
{
    CHECK(median({}) == 0);
    CHECK(median({3}) == 3);
    CHECK(median({4, 1, 3, 2}) == 2.5);
    CHECK_FALSE(median_interval({1, 2, 3, 4, 5}));
    CHECK(median_interval({6, 5, 4, 3, 2, 1}) == Interval{1, 6});

    std::mt19937_64 random(11);
    std::lognormal_distribution<double> values(0, 1);  // its median is 1
    for (const size_t n : {6u, 12u, 33u}) {
        int held = 0;
        for (int trial = 0; trial < 2000; trial++) {
            std::vector<double> sample(n);
            std::generate(sample.begin(), sample.end(), [&] { return values(random); });
            const auto interval = median_interval(sample);
            REQUIRE(interval);
            held += interval->low <= 1 && interval->high >= 1;
        }
        CHECK(held >= 1890);
    }
}

TEST_CASE("the sign test counts signs")
{
    CHECK(sign_test(std::vector<double>{1, 2, 3, 4, 5, 6}) == Approx(2.0 / 64));
    CHECK(sign_test(std::vector<double>{1, 0, 0, -2}) == 1);
    CHECK(sign_test(std::vector<double>{}) == 1);
}

TEST_CASE("p values rise with the number of questions")
{
    const std::vector<double> p = corrected({0.01, 0.04, 0.03, 0.5});
    CHECK(p[0] == Approx(0.04));
    CHECK(p[1] == Approx(0.04 * 4 / 3));
    CHECK(p[2] == Approx(0.04 * 4 / 3));
    CHECK(p[3] == Approx(0.5));
    CHECK(corrected({}).empty());
}

TEST_CASE("who can't be told apart shares a letter, and nobody else does")
{
    // Neighbours can't be told apart, others can.
    CHECK(letters(4, [](size_t x, size_t y) { return y - x > 1; }) == std::vector<std::string>{"a", "ab", "bc", "c"});
    CHECK(letters(3, [](size_t, size_t) { return false; }) == std::vector<std::string>{"a", "a", "a"});
    CHECK(letters(3, [](size_t, size_t) { return true; }) == std::vector<std::string>{"a", "b", "c"});

    std::mt19937_64 random(5);
    for (int round = 0; round < 100; round++) {
        const size_t n = 2 + random() % 8;
        std::vector<std::vector<bool>> apart(n, std::vector<bool>(n));
        for (size_t x = 0; x < n; x++)
            for (size_t y = x + 1; y < n; y++)
                apart[x][y] = random() % 2;
        const auto words = letters(n, [&](size_t x, size_t y) { return apart[x][y]; });
        for (size_t x = 0; x < n; x++)
            for (size_t y = x + 1; y < n; y++)
                CHECK((words[x].find_first_of(words[y]) == std::string::npos) == apart[x][y]);
    }
}

TEST_CASE("the interval of a median has the ranks that binomial tails give")
{
    const auto ranks = [](size_t n) {
        std::vector<double> values(n);
        std::iota(values.begin(), values.end(), 1);
        return median_interval(values);
    };
    CHECK_FALSE(ranks(5));
    for (const auto& [n, low, high] : {std::tuple<size_t, double, double>{6, 1, 6}, {20, 6, 15}, {100, 40, 61}}) {
        REQUIRE(ranks(n));
        CHECK(ranks(n)->low == low);
        CHECK(ranks(n)->high == high);
    }
    // Of many it is 1.96 standard deviations of such a coin.
    CHECK(ranks(20'000)->low == Approx(10'000 - 1.96 * std::sqrt(20'000) / 2).margin(2));
}

TEST_CASE("letters of very many rows")
{
    // Each like the next nineteen: 237 groups of twenty.
    const auto words = letters(256, [](size_t x, size_t y) { return y - x >= 20; });
    CHECK(words[0] == "a");
    CHECK(words[1] == "ab");
    CHECK(words[255] == "....C");
    // A letter with the dots in front of it.
    const auto letters_of = [](const std::string& word) {
        std::set<std::string> found;
        for (size_t begin = 0, at = 0; at < word.size(); at++)
            if (word[at] != '.') {
                found.insert(word.substr(begin, at + 1 - begin));
                begin = at + 1;
            }
        return found;
    };
    size_t wrong = 0;
    for (size_t x = 0; x < words.size(); x++)
        for (size_t y = x + 1; y < words.size(); y++) {
            const std::set<std::string> of_x = letters_of(words[x]), of_y = letters_of(words[y]);
            const bool share = std::ranges::any_of(of_x, [&](const auto& letter) { return of_y.contains(letter); });
            wrong += share != (y - x < 20);
        }
    CHECK(wrong == 0);
}
