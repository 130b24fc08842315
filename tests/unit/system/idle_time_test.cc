// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "system/idle_time.hh"
#include "unit/report/fixtures.hh"

using namespace wqctl;

TEST_CASE("idle time is that of all CPUs, waiting for I/O among it")
{
    using Files = std::vector<std::pair<std::string, std::string>>;
    const FakeRoot whole(Files{{"proc/stat", "cpu  1 2 3 400 50 6 7 8 0 0\ncpu0 1 2 3 400 50 6 7 8 0 0\n"}});
    CHECK(idle_ns(whole.path()) == 4'500'000'000u);
    const FakeRoot cut(Files{{"proc/stat", "cpu  1 2\n"}});
    CHECK_FALSE(idle_ns(cut.path()));
    CHECK_FALSE(idle_ns("/nonexistent"));
}
