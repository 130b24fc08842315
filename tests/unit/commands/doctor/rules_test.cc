// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "commands/doctor/live/rules.hh"
#include "commands/doctor/log/rules.hh"
#include "commands/doctor/render.hh"
#include "commands/doctor/rules.hh"
#include "unit/commands/doctor/live/scene.hh"
#include "unit/schema.hh"
#include "unit/term/plain.hh"
#include "unit/tree.hh"

using namespace wqctl;

namespace {

bool is_among(std::string_view name, const auto& table)
{
    return std::ranges::any_of(table, [&](const auto& rule) { return rule.name == name; });
}

std::string in_code(std::string_view functions)
{
    std::string text;
    std::stringstream list{std::string(functions)};
    for (std::string function; std::getline(list >> std::ws, function, ',');)
        text += (text.empty() ? "`" : ", `") + function + "`";
    return text;
}

// The table of docs/doctor.md.
std::string table()
{
    std::string text =
        "| rule | in | what it finds | how it looks | how to fix it | rests on |\n|---|---|---|---|---|---|\n";
    for (const Rule& rule : rules()) {
        const bool live = is_among(rule.name, live::live_rules()), log = is_among(rule.name, log_rules());
        text += "| " + std::string(rule.name) + " | " +
                (live && log ? "both"
                 : live      ? "machine"
                             : "log") +
                " | " + std::string(rule.summary) + " | " + std::string(rule.looks) + " | " + std::string(rule.fix) +
                " | " + in_code(rule.kernel) + " |\n";
    }
    return text;
}

}  // namespace

TEST_CASE("doctor: every rule has one row, and every row a rule")
{
    for (const auto& rule : live::live_rules())
        CHECK(is_among(rule.name, rules()));
    for (const auto& rule : log_rules())
        CHECK(is_among(rule.name, rules()));
    for (const Rule& rule : rules()) {
        INFO(rule.name);
        CHECK((is_among(rule.name, live::live_rules()) || is_among(rule.name, log_rules())));
        CHECK(std::ranges::count(rules(), rule.name, &Rule::name) == 1);
        for (const std::string_view text : {rule.summary, rule.looks, rule.fix, rule.kernel})
            CHECK_FALSE(text.empty());
        CHECK_THAT(render_rules(plain(100)), Catch::Contains(std::string(rule.name)));
    }
}

TEST_CASE("doctor: the table of docs/doctor.md is made of the rules")
{
    std::ifstream file(in_tree("docs/doctor.md"));
    std::stringstream text;
    text << file.rdbuf();
    INFO("it should have:\n" << table());
    CHECK(text.str().find(table()) != std::string::npos);
}

TEST_CASE("doctor: a machine's findings fit the schema, and say what could not be looked at")
{
    const auto state = [](Scene& s) {
        const uint32_t wq = s.workqueue("own", WQLAB_WQ_UNBOUND, {16});
        s.barrier(10, s.busy(10, wq, 16, "func", 2 * kSecond));
        s.snapshot.sections &= ~uint32_t{WQLAB_SECTION_CPUS | WQLAB_SECTION_TIMERS};
    };
    const live::Examination seen = examine(state);
    REQUIRE(seen.findings.size() == 1);
    CHECK_FALSE(seen.findings[0].kernel.empty());
    CHECK(render_not_looked_at(seen.not_looked_at, plain(200)) ==
          "not looked at: cpu-taken: the cpus of this kernel can't be shown\n"
          "not looked at: timer: the timers of this kernel can't be shown\n");
    const std::string json = doctor_to_json(
        seen.findings,
        {.origin = "the module", .kernel = "6.12.0", .interval_ns = kSecond, .not_looked_at = seen.not_looked_at});
    CHECK(violations(load_schema("doctor"), json) == std::vector<std::string>{});
    CHECK_THAT(json, Catch::Contains("\"rule\": \"circle\"") && Catch::Contains("\"line\": null") &&
                         Catch::Contains("\"lines\": null"));
}

TEST_CASE("doctor: what stands still is looked at once")
{
    Scene only(1);
    const uint32_t wq = only.workqueue("own", WQLAB_WQ_UNBOUND, {16});
    only.barrier(10, only.busy(10, wq, 16, "func", 2 * kSecond));
    const live::Examination seen = live::examine(live::Case(only.snapshot));
    REQUIRE(seen.findings.size() == 1);
    CHECK(seen.findings[0].rule == "circle");
    CHECK(std::ranges::count(seen.not_looked_at, "rates need two looks, and this does not move", &NotLookedAt::why) ==
          2);
}
