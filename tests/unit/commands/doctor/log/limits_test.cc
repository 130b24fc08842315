// SPDX-License-Identifier: GPL-2.0
// What counts against one max_active: a log of 6.9 or newer does not say how much that is.
#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "commands/doctor/log/rules.hh"
#include "klog/reader.hh"

using namespace wqctl;

namespace {

std::vector<Finding> findings_of(const std::string& workqueues)
{
    klog::LogReader reader;
    reader.take("Showing busy workqueues and worker pools:\n" + workqueues);
    return examine(reader.finish());
}

// a_fn flushes b_fn, which is held back; what else is on these pools is all that the two share.
std::string flushes(const std::string& flags, const std::string& here, const std::string& there = "")
{
    return "workqueue w: flags=" + flags + "\n  pwq 33: " + here +
           "\n    in-flight: 55:a_fn\n    inactive: b_fn BAR(55)\n" + there;
}

const std::string kHere = "cpus=0-7 node=0 flags=0x4 nice=0 active=1 refcnt=4";

// A pwq of the other pool, with an item that is executed.
std::string other(const std::string& node, const std::string& active, const std::string& more = "")
{
    return "  pwq 34: cpus=0-7" + node + " flags=0x4 nice=0 active=" + active + " refcnt=4\n" + more;
}

}  // namespace

TEST_CASE("doctor: what shares max_active with an item that flushes lets in what that waits for")
{
    const std::string ends = "    in-flight: 66:c_fn\n";
    CHECK(findings_of(flushes("0x2", kHere, other(" node=0", "1", ends))).empty());
    CHECK(findings_of(flushes("0x2", kHere, other(" node=0", "1", "    pending: c_fn\n"))).empty());
    // The flags are lost.
    CHECK(findings_of(flushes("", kHere, other(" node=0", "1", ends))).empty());
    // It is of another node, or of a kernel that counts in each pool, or of a per-CPU workqueue.
    const auto certainty = [&](const std::string& flags, const std::string& here, const std::string& there) {
        const auto findings = findings_of(flushes(flags, here, there));
        REQUIRE(findings.size() == 1);
        CHECK(findings[0].rule == "circle");
        return findings[0].certainty;
    };
    // One that has nothing any more when it is printed may have had some before.
    CHECK(certainty("0x2", kHere, other(" node=1", "1", ends)) == Certainty::kLikely);
    CHECK(certainty("0x2", kHere, "") == Certainty::kLikely);
    const std::string of_old = "cpus=0-7 node=0 flags=0x4 nice=0 active=1/1 refcnt=4";
    CHECK(certainty("0x2", of_old, other(" node=0", "1/1", ends)) == Certainty::kCertain);
    CHECK(certainty("0x0", "cpus=1 node=0 flags=0x0 nice=0 active=1 refcnt=4", other(" node=0", "1", ends)) ==
          Certainty::kCertain);
    // One at a time is ordered.
    CHECK(certainty("0x20002", kHere, "") == Certainty::kCertain);
}

TEST_CASE("doctor: a circle is as sure as all that keeps its workqueue full")
{
    // c_fn and e_fn are active beside a_fn; e_fn waits for one of another pool, which was printed at another moment.
    const auto findings = findings_of(
        "workqueue w: flags=0x0\n  pwq 2: cpus=0 node=0 flags=0x0 nice=0 active=3/3 refcnt=5\n"
        "    in-flight: 55:a_fn BAR(66) BAR(77), 66:c_fn, 88:e_fn\n    inactive: b_fn BAR(55)\n"
        "workqueue v: flags=0x0\n  pwq 6: cpus=1 node=0 flags=0x0 nice=0 active=1/1 refcnt=4\n"
        "    in-flight: 77:d_fn BAR(88)\n");
    REQUIRE_FALSE(findings.empty());
    for (const Finding& finding : findings)
        CHECK(finding.certainty == Certainty::kLikely);
}

TEST_CASE("doctor: items that all wait for what their own max_active holds back")
{
    const auto full = [](const std::string& in_flight, const std::string& more = "") {
        const auto active = std::to_string(1 + std::ranges::count(in_flight, ','));
        return findings_of("workqueue w: flags=0x0\n  pwq 2: cpus=0 node=0 flags=0x0 nice=0 active=" + active + "/" +
                           active + " refcnt=9\n    in-flight: " + in_flight +
                           "\n    inactive: c_fn BAR(71), d_fn BAR(72), e_fn BAR(73)\n" + more);
    };
    const auto pids_of = [](const Finding& finding) {
        std::set<int> pids;
        for (const Suspect& suspect : finding.suspects)
            pids.insert(suspect.pid.value_or(0));
        return pids;
    };
    for (const std::string in_flight : {"71:a_fn, 72:b_fn", "71:a_fn, 72:b_fn, 73:b_fn"}) {
        const auto findings = full(in_flight);
        REQUIRE(findings.size() == 1);
        CHECK(findings[0].rule == "circle");
        CHECK(findings[0].certainty == Certainty::kCertain);
        CHECK(pids_of(findings[0]).contains(72));
        CHECK_THAT(findings[0].sentence, Catch::Contains("a_fn (worker 71, workqueue w) waits for c_fn") &&
                                             Catch::Contains("b_fn (worker 72, workqueue w) waits for d_fn"));
    }
    // Who is active beside them, and ends.
    CHECK(full("71:a_fn, 72:b_fn, 74:b_fn").empty());
    // Who only waits for them, whatever his number, is no part of it.
    const auto waited_for = full("71:a_fn BAR(5) BAR(900), 72:b_fn");
    REQUIRE(waited_for.size() == 1);
    CHECK(pids_of(waited_for[0]) == std::set<int>{71, 72});
    CHECK_THAT(waited_for[0].sentence, !Catch::Contains("task"));
    // One that rests on another circle, elsewhere, is as sure as that.
    const auto two = full("71:a_fn, 75:x_fn",
                          "workqueue v: flags=0x0\n  pwq 6: cpus=1 node=0 flags=0x0 nice=0 active=2/9 refcnt=4\n"
                          "    in-flight: 80:y_fn BAR(75) BAR(81), 81:z_fn BAR(80)\n");
    REQUIRE(two.size() == 2);
    CHECK(pids_of(two[0]) == std::set<int>{71});
    CHECK(two[0].certainty == Certainty::kLikely);
    CHECK(pids_of(two[1]) == std::set<int>{80, 81});
    CHECK(two[1].certainty == Certainty::kCertain);
}

TEST_CASE("doctor: a workqueue is full of what does not end where nothing of it ends")
{
    const auto full = [](const std::string& there, const std::string& flags = "0x2") {
        return findings_of("workqueue w: flags=" + flags +
                           "\n  pwq 33: cpus=0-7 node=0 flags=0x4 nice=0 active=1 refcnt=5\n"
                           "    in-flight: 55:long_fn for 20s\n    inactive: x_fn, y_fn\n" +
                           there);
    };
    CHECK(full(other(" node=0", "2", "    in-flight: 66:short_fn for 0s, 67:short_fn for 1s\n")).empty());
    CHECK(full(other(" node=0", "2", "    pending: short_fn, short_fn\n")).empty());
    const auto both = full(other(" node=0", "1", "    in-flight: 66:long_fn for 30s\n    inactive: z_fn\n"));
    REQUIRE(both.size() == 1);
    CHECK_THAT(both[0].sentence,
               Catch::Contains("Workqueue w is full: 3 items are held back behind 2 that do not end"));
    CHECK(both[0].certainty == Certainty::kLikely);
    CHECK(both[0].suspects.size() == 2);
    CHECK(full("").at(0).certainty == Certainty::kLikely);
    CHECK(full("", "0x20002").at(0).certainty == Certainty::kCertain);
    // An ordered one that was moved is held back on its new pool.
    const auto moved = findings_of(
        "workqueue w: flags=0x20002\n  pwq 33: cpus=0-7 node=0 flags=0x4 nice=0 active=1 refcnt=5\n"
        "    in-flight: 55:long_fn for 20s\n"
        "  pwq 34: cpus=0-3 flags=0x4 nice=0 active=0 refcnt=5\n    inactive: x_fn\n");
    REQUIRE(moved.size() == 1);
    CHECK(moved[0].certainty == Certainty::kLikely);
    CHECK(moved[0].suspects.at(0).pid == 55);
}

TEST_CASE("doctor: a per-CPU workqueue is full on each CPU by itself")
{
    const std::string dump =
        "workqueue w: flags=0x0\n"
        "  pwq 2: cpus=0 node=0 flags=0x0 nice=0 active=1 refcnt=3\n"
        "    in-flight: 10:a_fn for 40s\n    inactive: x_fn\n"
        "  pwq 6: cpus=1 node=0 flags=0x0 nice=0 active=1 refcnt=3\n"
        "    in-flight: 11:b_fn for 40s\n    inactive: y_fn\n";
    const auto once = findings_of(dump);
    REQUIRE(once.size() == 2);
    const auto check = [](const Finding& finding, const std::string& cpu, int pid, const std::string& victims) {
        CHECK_THAT(finding.sentence, Catch::Contains("Workqueue w on CPU " + cpu + " is full: 1 item is held back"));
        CHECK(finding.certainty == Certainty::kCertain);
        CHECK(finding.suspects.at(0).pid == pid);
        CHECK(finding.victims == std::vector<std::string>{victims});
        for (const Evidence& seen : finding.evidence)
            CHECK(seen.text != "was so before");
    };
    check(once[0], "0", 10, "1 item: x_fn");
    check(once[1], "1", 11, "1 item: y_fn");
    const auto twice = findings_of(dump + "Showing busy workqueues and worker pools:\n" + dump);
    REQUIRE(twice.size() == 2);
    CHECK(twice[0].evidence.back().text == "was so before");
}
