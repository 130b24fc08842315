// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "commands/doctor/changes.hh"
#include "commands/doctor/render.hh"
#include "commands/doctor/rules.hh"
#include "unit/schema.hh"
#include "unit/term/plain.hh"

using namespace wqctl;

namespace {

Finding finding(const std::string& rule, const std::string& of, int pid)
{
    Finding finding;
    finding.rule = rule;
    finding.of = of;
    finding.certainty = Certainty::kCertain;
    finding.sentence = rule + " of " + of;
    finding.suspects.push_back({"func", "wq", pid, "asleep"});
    return finding;
}

}  // namespace

TEST_CASE("a finding is told once, until it changes or ends")
{
    Told told;
    CHECK_FALSE(told.take({}).any());
    Finding circle = finding("circle", "task 1", 1);
    Changes changes = told.take({circle});
    REQUIRE(changes.found.size() == 1);
    CHECK(changes.ended.empty());
    // It lasts.
    circle.sentence += ", for longer";
    CHECK_FALSE(told.take({circle}).any());
    // Another is to blame.
    circle.suspects[0].pid = 2;
    changes = told.take({circle});
    CHECK(changes.found.size() == 1);
    CHECK(changes.ended.empty());
    // More is known of it.
    circle.certainty = Certainty::kLikely;
    CHECK(told.take({circle}).found.size() == 1);
    changes = told.take({});
    CHECK(changes.found.empty());
    REQUIRE(changes.ended.size() == 1);
    CHECK(changes.ended[0].certainty == Certainty::kLikely);
    CHECK_FALSE(told.take({}).any());
    CHECK(told.take({circle}).found.size() == 1);
}

TEST_CASE("findings about different things are different, also of one rule")
{
    Told told;
    told.take({finding("hung-pool", "pool 6", 1)});
    const Changes changes = told.take({finding("hung-pool", "pool 8", 1)});
    REQUIRE(changes.found.size() == 1);
    REQUIRE(changes.ended.size() == 1);
    CHECK(changes.ended[0].of == "pool 6");
}

TEST_CASE("the document of a change is a line, and says what has ended")
{
    Finding found = finding("circle", "task 1", 1);
    found.stacks.push_back({{"msleep", "func"}, "D", {{1, "kworker/0:1", true}}});
    const std::string text = doctor_to_json(
        {found},
        {.origin = "the module", .kernel = "6.12", .time = 1'764'335'859, .ended = {finding("crowd", "x", 2)}});
    CHECK(text.find('\n') >= text.size() - 1);
    CHECK(violations(load_schema("doctor"), text).empty());
    const auto document = nlohmann::json::parse(text);
    CHECK(document["time"] == 1'764'335'859);
    CHECK(document["findings"][0]["stacks"][0]["frames"][0] == "msleep");
    CHECK(document["ended"][0]["rule"] == "crowd");
}

TEST_CASE("a finding's stacks are shown, equal ones once")
{
    Finding found = finding("crowd", "x", 1);
    StackGroup group{{"__schedule", "mutex_lock", "func"}, "D", {}};
    for (int pid = 1; pid <= 12; pid++)
        group.tasks.push_back({pid, "kworker/0:1", true});
    found.stacks.push_back(group);
    const std::string text = render_findings({found}, plain(120, Charset::kAscii));
    CHECK_THAT(text, Catch::Contains("stack    of 12 tasks (1, 2, 3, 4, 5, 6, 7, 8, ...): mutex_lock <- func"));
}

TEST_CASE("the metrics of findings have each rule, and no sample twice")
{
    const std::string text = render_openmetrics(
        {finding("circle", "task 1", 1), finding("circle", "task 2", 2), finding("hung-pool", "pool 6", 3)},
        {{"timer", "no timers"}});
    CHECK_THAT(text, Catch::Contains("wqlab_doctor_findings{rule=\"circle\",certainty=\"certain\"} 2\n"));
    CHECK_THAT(text, Catch::Contains("wqlab_doctor_findings{rule=\"hung-pool\",certainty=\"certain\"} 1\n"));
    for (const Rule& rule : rules())
        CHECK_THAT(text, Catch::Contains("wqlab_doctor_findings{rule=\"" + std::string(rule.name) +
                                         "\",certainty=\"unexplained\"} 0\n"));
    const std::string blamed =
        "wqlab_doctor_suspect_info{rule=\"circle\",workqueue=\"wq\",function=\"func\",task=\"\"} 1\n";
    REQUIRE(text.find(blamed) != std::string::npos);
    CHECK(text.find(blamed, text.find(blamed) + 1) == std::string::npos);
    CHECK_THAT(text, Catch::Contains("wqlab_doctor_rules_not_looked_at 1\n") && Catch::EndsWith("# EOF\n"));
}
