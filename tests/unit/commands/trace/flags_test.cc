// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "unit/args/parsed.hh"
#include "unit/report/fixtures.hh"

using namespace wqctl;

TEST_CASE("a recording and show of one refuse what is of the other")
{
    const auto refused = [](std::vector<std::string> words) {
        words.insert(words.begin(), "trace");
        return error_of([&] { done(words); });
    };
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
             {"--item", "slowest"}, {"--by", "queuer", "-d", "5s"}, {"--sort", "ran", "events"}, {"--slowest", "3"}})
        CHECK_THAT(refused(words), Catch::Contains("are of show"));
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
             {"-d", "1s"}, {"--until", "wait > 1ms"}, {"--ring", "1M"}, {"--buffer", "1M"}}) {
        std::vector<std::string> show = {"show", "f.pftrace"};
        show.insert(show.end(), words.begin(), words.end());
        CHECK_THAT(refused(show), Catch::Contains("are of a recording"));
    }
    CHECK_THAT(refused({"show", "f.pftrace", "-o", "x"}), Catch::Contains("show has no -o"));
    CHECK_THAT(refused({"show", "/nonexistent", "--by", "queuer", "--sort", "ran", "--slowest", "3"}),
               Catch::Contains("cannot read /nonexistent"));
}
