// SPDX-License-Identifier: GPL-2.0
// wqctl doctor against what nothing can undo: this guest is no good for anything else afterwards.
#include <catch2/catch.hpp>

#include "stuck.hh"

namespace {

// Its suspects, by function and in order, of the circle on this workqueue.
void check_circle(const std::string& state, const Words& functions)
{
    Stuck stuck(state);
    json last;
    const bool found = eventually(
        [&] { return !(last = findings({"stuck_" + state + "$|stuck_" + state + "[^_a-z]"})).empty(); });
    INFO(last.dump(2));
    REQUIRE(found);
    REQUIRE(last.size() == 1);
    CHECK(last[0]["rule"] == "circle");
    CHECK(last[0]["certainty"] == "certain");
    REQUIRE(last[0]["suspects"].size() == functions.size());
    for (const std::string& function : functions)
        CHECK_THAT(last[0]["suspects"].dump(), Catch::Contains("stuck_" + function + "_func [wqlab_stuck]"));
}

}  // namespace

TEST_CASE("doctor: an item that flushes itself, or its own workqueue", "[doctor-for-ever]")
{
    check_circle("flushes_itself", {"flushes_itself"});
    check_circle("flushes_own", {"flushes_first"});
}

TEST_CASE("doctor: two workqueues that flush each other", "[doctor-for-ever]")
{
    check_circle("flush_each_other", {"flushes_first", "flushes_second"});
}
