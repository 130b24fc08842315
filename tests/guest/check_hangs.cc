// SPDX-License-Identifier: GPL-2.0
// Whatever hangs in a check, the suite goes on or ends, and what was judged is told. Each of these leaves a trial
// behind that hangs for ever, so the module can't be removed any more: a boot of their own.
#include <catch2/catch.hpp>
#include <csignal>

#include "core/check_bounds.hh"
#include "lab.hh"

namespace {

namespace bounds = wqlab::check_bounds;

json document(const Outcome& outcome)
{
    INFO(outcome.err);
    INFO(outcome.out);
    REQUIRE_FALSE(outcome.out.empty());
    return json::parse(outcome.out);
}

bool mentions(const json& judgement, const std::string& text)
{
    return (judgement["reason"].dump() + judgement["evidence"].dump()).find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("a call that never returns fails its check, which is left behind, and the next one is judged", "[hang]")
{
    struct Case {
        const char* fault;
        const char* check;  // whose thread of its own, or whose other threads hang in
        const char* call;   // this
    };
    const Case cases[] = {
        {"flush-hangs", "36", "flush_work() of"},        {"flush-hangs", "38", "flush_work() of"},
        {"flush-hangs", "43", "flush_workqueue() of"},   {"drain-hangs", "44", "drain_workqueue() of"},
        {"drain-hangs", "48", "destroy_workqueue() of"}, {"cancel-hangs", "52", "cancel_work_sync() of"},
    };
    for (const Case& one : cases) {
        INFO(one.fault << " " << one.check);
        // 96 comes later in the suite, and neither flushes, drains nor cancels: no fault here is one for it.
        const Outcome outcome = tool({"check", "--json", "--fault", one.fault, one.check, "96"});
        CHECK(outcome.status == 1);
        const json checks = document(outcome)["checks"];
        REQUIRE(checks.size() == 2);
        const json& hung = checks[0];
        const json& next = checks[1];
        INFO(hung.dump());
        CHECK(hung["row"] == one.check);
        CHECK(next["row"] == "96");
        CHECK(next["status"] == "pass");
        CHECK(hung["status"] == "fail");
        CHECK(hung["quarantined"] == true);
        CHECK(mentions(hung, one.call));
        // Of the module, by its own clock: not how long this machine took to run wqctl.
        CHECK(hung["elapsed_ns"].get<uint64_t>() < bounds::whole(false) + bounds::kSecond);
        // And the machine is in order.
        CHECK(tool({"check", one.check}).status == 0);
    }
}

TEST_CASE("when many checks hang, the rest is skipped", "[hang]")
{
    const json report = document(tool({"check", "--json", "--fault", "flush-hangs", "--repeat", "12", "36"}));
    unsigned left_behind = 0, skipped = 0;
    for (const json& judgement : report["checks"]) {
        left_behind += judgement["quarantined"].get<bool>();
        skipped += judgement["status"] == "skip";
    }
    CHECK(left_behind == 8);
    CHECK(skipped == 4);
    CHECK_FALSE(report.contains("incomplete"));
}

TEST_CASE("an interrupt in a check that hangs ends in a document of what was judged", "[hang]")
{
    for (const int signal : {SIGINT, SIGTERM}) {
        Process checks({"wqctl", "check", "--json", "--fault", "flush-hangs", "--repeat", "1000", "2", "36"});
        REQUIRE(eventually([&] { return checks.catches(signal); }));
        checks.signal(signal);
        const json report = document(checks.wait());
        CHECK(report["incomplete"] == "interrupted");
        REQUIRE_FALSE(report["checks"].empty());
        CHECK(report["summary"]["pass"].get<size_t>() + report["summary"]["fail"].get<size_t>() +
                  report["summary"]["skip"].get<size_t>() ==
              report["checks"].size());
    }
    // As KTAP and JUnit, and by two signals.
    Process ktap({"wqctl", "check", "--ktap", "--fault", "flush-hangs", "--repeat", "1000", "36"});
    REQUIRE(eventually([&] { return ktap.catches(SIGINT); }));
    ktap.signal(SIGINT);
    ktap.signal(SIGTERM);
    CHECK_THAT(ktap.wait().out,
               Catch::Contains("# incomplete: interrupted") && Catch::Contains("\nnot ok 1 workqueue\n"));
    REQUIRE(eventually([] { return tool({"check", "1"}).status == 0; }));
    Process junit({"wqctl", "check", "--junit", "--fault", "flush-hangs", "--repeat", "1000", "36"});
    REQUIRE(eventually([&] { return junit.catches(SIGINT); }));
    junit.signal(SIGINT);
    CHECK_THAT(junit.wait().out, Catch::Contains("incomplete: interrupted") && Catch::Contains("</testsuites>"));
}

TEST_CASE("an error in the middle ends in a document of what was judged, and is told", "[hang]")
{
    // Somebody else's check is running when ours is to start; or ours came first, and theirs is refused.
    Outcome outcome;
    REQUIRE(eventually([&] {
        Process other({"wqctl", "check", "--fault", "flush-hangs", "36"});
        for (int i = 0; i < 20 && outcome.status <= 0; i++)
            outcome = tool({"check", "--json", "1"});
        other.signal(SIGKILL);
        other.wait();
        return outcome.status > 0;
    }));
    CHECK_THAT(outcome.err, Catch::Contains("another check is running"));
    const json report = document(outcome);
    CHECK_THAT(report["incomplete"].get<std::string>(), Catch::Contains("another check is running"));
    CHECK(eventually([] { return tool({"check", "1"}).status == 0; }));
}
