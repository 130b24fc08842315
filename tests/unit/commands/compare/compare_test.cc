// SPDX-License-Identifier: GPL-2.0
// wqctl compare, from documents that anybody may have written to what it prints.
#include <algorithm>

#include <catch2/catch.hpp>
#include <fmt/core.h>

#include "commands/compare/comparison.hh"
#include "commands/compare/flags.hh"
#include "commands/compare/render.hh"
#include "report/render.hh"
#include "unit/args/parsed.hh"
#include "unit/report/fixtures.hh"
#include "unit/schema.hh"
#include "unit/term/plain.hh"

using namespace wqctl;

namespace {

// A bench document of two rows, each with rounds about its speed.
std::string bench(double speed, int boot = 0, int depth = 4, const std::string& cpus = "0-3")
{
    std::string cells;
    for (const char* row : {"scope=cpu", "scope=numa"}) {
        std::string rounds;
        for (int i = 0; i < 16; i++)
            rounds += fmt::format(
                "{}{{\"pass\": {}, \"started_ns\": 1, \"items_per_s\": {}, \"wait_p50_ns\": {}, "
                "\"wait_p99_ns\": null, \"queue_call_p50_ns\": null, \"cpu_ns_per_item\": null}}",
                i ? "," : "", i + 1, speed + boot + i % 3, 1e9 / std::max(1.0, speed + boot + i % 3));
        cells += fmt::format(
            "{}{{\"row\": \"{}\", \"scenario\": {{\"duration\": \"{}ms\", \"issuers\": [{{\"depth\": {}}}]}}, "
            "\"rounds\": [{}]}}",
            cells.empty() ? "" : ",", row, boot + 1, depth, rounds);
    }
    return fmt::format("{{\"schema\": \"wqlab/bench/1\", \"kernel\": \"6.12\", \"cpus\": \"{}\", \"cells\": [{}]}}",
                       cpus, cells);
}

std::vector<Document> side(double speed, int files, const char* name)
{
    std::vector<Document> documents;
    for (int i = 0; i < files; i++)
        documents.push_back(parse_comparable(bench(speed, i), fmt::format("{}{}.json", name, i)));
    return documents;
}

Comparison compared(const std::string& a, const std::string& b, const std::vector<std::string>& ignored = {})
{
    return compare({parse_comparable(a, "a.json")}, {parse_comparable(b, "b.json")}, ignored);
}

std::string refused(const std::string& a, const std::string& b)
{
    return error_of([&] { compared(a, b); });
}

std::string unreadable(const std::string& text)
{
    return error_of([&] { parse_comparable(text, "x.json"); });
}

std::string check(const std::string& status)
{
    return R"({"schema": "wqlab/check/1", "kernel": "6.12", "checks": [{"id": "flush.a", "status": "pass"}, )"
           R"({"id": "flush.b", "status": ")" +
           status + R"("}]})";
}

}  // namespace

TEST_CASE("a loss in four boots a side is found, and no loss is not")
{
    const Comparison loss = compare(side(10'000, 4, "a"), side(9'700, 4, "b"), {});
    REQUIRE(loss.rows.size() == 4);
    REQUIRE(loss.together.size() == 2);
    CHECK(loss.unit == Unit::kOccasion);
    for (const Compared& row : loss.rows)
        CHECK(row.outcome == Outcome::kWorse);
    CHECK(loss.rows[0].loss() == Approx(0.03).epsilon(0.01));
    CHECK(loss.rows[1].loss() == Approx(1 / 0.97 - 1).epsilon(0.01));
    CHECK(loss.is_worse_than(0.02));
    CHECK_FALSE(loss.is_worse_than(0.05));

    const Comparison gain = compare(side(9'700, 4, "a"), side(10'000, 4, "b"), {});
    CHECK(gain.count(Outcome::kBetter) == 4);
    CHECK_FALSE(gain.is_worse_than(0));

    const Comparison same = compare(side(10'000, 4, "a"), side(10'000, 4, "b"), {});
    CHECK(same.count(Outcome::kSame) == 4);
    // Three can't show anything, however much it is.
    const Comparison few = compare(side(10'000, 3, "a"), side(1'000, 3, "b"), {});
    CHECK(few.count(Outcome::kSame) == 4);
    CHECK_THAT(render_comparison(few, plain(120)), Catch::Contains("3 files against 3 files can't show a difference"));
}

TEST_CASE("one file a side is compared by blocks of its rounds, with a word of caution")
{
    const Comparison c = compared(bench(10'000), bench(9'500));
    CHECK(c.unit == Unit::kBlock);
    CHECK(c.values_a == 8);
    CHECK(c.count(Outcome::kWorse) == 4);
    CHECK_THAT(render_comparison(c, plain(120)), Catch::Contains("one file a side"));
}

TEST_CASE("how many figures must differ at once is said")
{
    const Comparison four = compare(side(10'000, 4, "a"), side(9'700, 4, "b"), {});
    // 2/70 of 6 figures: 6 * 2/70 / 0.05 is 3.4.
    REQUIRE(four.questions() == 6);
    CHECK(four.least_different() == 4);
    CHECK_THAT(render_comparison(four, plain(200)), Catch::Contains("of 6 figures at least 4 must differ at once"));
    CHECK_THAT(render_comparison(four, plain(200)), Catch::Contains("one alone takes 5 files a side"));
    CHECK_THAT(comparison_to_json(four), Catch::Contains("\"least_different\": 4"));
    const Comparison five = compare(side(10'000, 5, "a"), side(9'700, 5, "b"), {});
    CHECK(five.least_different() == 1);
    CHECK_THAT(render_comparison(five, plain(200)), !Catch::Contains("must differ"));
    const Comparison three = compare(side(10'000, 3, "a"), side(9'700, 3, "b"), {});
    CHECK_FALSE(three.least_different());
    CHECK_THAT(comparison_to_json(three), Catch::Contains("\"can_differ\": false"));
}

TEST_CASE("what only side B has not is worse by any share")
{
    const std::string good = bench(10'000);
    std::string broken = good;
    // With the rounds that it had before.
    const std::string row = "\"row\": \"scope=numa\", ";
    broken.insert(broken.find(row) + row.size(), "\"error\": \"no memory\", ");
    const Comparison c = compared(good, broken);
    CHECK(c.rows.size() == 2);
    CHECK(c.only_a == std::vector<std::string>{"scope=numa"});
    CHECK(c.lost == std::vector<std::string>{"scope=numa: b.json: no memory"});
    CHECK(c.is_worse_than(0.5));
    CHECK_THAT(render_comparison(c, plain(120)), Catch::Contains("lost in B: scope=numa: b.json: no memory"));
    CHECK(violations(load_schema("compare"), comparison_to_json(c)) == std::vector<std::string>{});
    CHECK_FALSE(compared(broken, good).is_worse_than(0));
    CHECK_FALSE(compared(broken, broken).is_worse_than(0));

    std::vector<Document> b = side(10'000, 4, "b");
    b[2] = parse_comparable(broken, "b2.json");
    const Comparison three_of_four = compare(side(10'000, 4, "a"), b, {});
    CHECK(three_of_four.is_worse_than(0.5));
    CHECK_THAT(render_comparison(three_of_four, plain(200)), !Catch::Contains("give 4 a side"));
    // Nothing at all was measured, and it is not said why.
    std::string empty = good;
    empty.replace(empty.rfind("\"rounds\": ["), std::string::npos, "\"rounds\": []}]}");
    CHECK(compared(good, empty).lost.size() == 2);
}

TEST_CASE("what is not comparable is refused with the key that differs")
{
    CHECK_THAT(refused(bench(1, 0, 4), bench(1, 0, 8)),
               Catch::Equals("these can't be compared: scope=cpu: issuers[0].depth is 4 in a.json and 8 in b.json"));
    CHECK_THAT(refused(bench(1), bench(1, 0, 4, "0-7")), Catch::Contains("cpus is 0-3 in a.json and 0-7 in b.json"));
    CHECK_THAT(refused(bench(1), check("pass")),
               Catch::Contains("schema is wqlab/bench/1 in a.json and wqlab/check/1 in b.json"));
    CHECK(compared(bench(1'000, 0, 4), bench(1'000, 0, 8), {"depth"}).rows.size() == 4);
    // How long a round was makes no difference.
    CHECK(compared(bench(1'000, 0), bench(1'000, 5)).rows.size() == 4);
    CHECK_THAT(refused(R"({"schema":"wqlab/bench/1","kernel":"","cpus":"0","cells":[]})", bench(1)),
               Catch::Contains("cpus is"));
}

TEST_CASE("runs are compared by their workqueues, or as what they have one of")
{
    const std::string one = report_to_json(make_report({"a"}));
    const std::string other = report_to_json(make_report({"b"}));
    const Comparison c = compared(one, other);
    CHECK(c.rows.size() == 5);
    CHECK(c.rows[0].row == "a");
    // A value each tells nothing.
    CHECK(c.count(Outcome::kSame) == 5);
    CHECK_THAT(render_comparison(c, plain(120)), Catch::Contains("tells nothing"));

    const Comparison two = compared(report_to_json(make_report({"a", "b"})), report_to_json(make_report({"b", "c"})));
    CHECK(two.only_a == std::vector<std::string>{"a"});
    CHECK(two.only_b == std::vector<std::string>{"c"});
}

TEST_CASE("recordings by queuer are compared by who queued, not by rank")
{
    const auto recording = [](const std::string& rows) {
        return R"({"schema":"wqlab/latency/1","kernel":"6.12","by":"queuer","pattern":"","rows":[)" + rows + "]}";
    };
    const auto row = [](const std::string& queuer, int p50) {
        const std::string stage = fmt::format(R"({{"count":9,"p50":{0},"p99":{0}}})", p50);
        return fmt::format(R"({{"workqueue":"events","function":"f","queuer":"{}","executed":9,"stages_ns":)"
                           R"({{"inactive":{{"count":0}},"pending":{{"count":0}},"run":{}}}}})",
                           queuer, stage);
    };
    const Comparison c = compared(recording(row("cron", 100) + "," + row("sshd", 200)),
                                  recording(row("sshd", 201) + "," + row("cron", 101)));
    REQUIRE(c.rows.size() == 4);
    for (const Compared& one : c.rows) {
        CHECK(one.row == (one.difference.a < 150 ? "cron: events f" : "sshd: events f"));
        CHECK(one.difference.b == one.difference.a + 1);
    }
}

TEST_CASE("of checks those are shown whose verdict changed")
{
    const Comparison c = compared(check("pass"), check("fail"));
    REQUIRE(c.changes.size() == 1);
    CHECK(c.changes[0].id == "flush.b");
    CHECK(c.changes[0].is_worse);
    CHECK(c.is_worse_than(0.5));
    CHECK(c.verdicts == 2);
    CHECK_FALSE(compared(check("fail"), check("pass")).is_worse_than(0));
    CHECK(compared(check("pass"), check("pass")).changes.empty());
    CHECK(compared(check("pass"), check("skip")).changes[0].is_worse);
    CHECK_FALSE(compared(check("fail"), check("skip")).changes[0].is_worse);
    CHECK_FALSE(compared(check("pass"), check("known")).changes[0].is_worse);
    const Comparison absent = compared(
        check("pass"), R"({"schema": "wqlab/check/1", "kernel": "", "checks": [{"id": "flush.a", "status": "pass"}]})");
    CHECK(absent.changes.at(0).b == "not judged");
    CHECK(absent.is_worse_than(0.5));
    const Comparison several = compare({parse_comparable(check("pass"), "a"), parse_comparable(check("fail"), "b")},
                                       {parse_comparable(check("fail"), "c")}, {});
    REQUIRE(several.changes.size() == 1);
    CHECK(several.changes[0].a == "fail 1, pass 1");
    CHECK(several.changes[0].is_worse);
}

TEST_CASE("samples of monitor are rounds")
{
    const auto sample = [](int rate) {
        return fmt::format(R"({{"schema":"wqlab/monitor/1","workqueues":[{{"name":"events","rates":{}}}]}})"
                           "\n",
                           rate ? fmt::format(R"({{"completed_per_s":{},"cpus":null}})", rate) : "null");
    };
    std::string slow = sample(0);
    std::string fast = sample(0);
    for (int i = 0; i < 10; i++) {
        slow += sample(100 + i);
        fast += sample(200 + i);
    }
    const Comparison c = compared(slow, fast);
    REQUIRE(c.rows.size() == 2);
    CHECK(c.rows[0].outcome == Outcome::kDiffers);
    CHECK_THAT(unreadable(slow + "{\"schema\""), Catch::Contains("x.json, sample 12:1: this is not JSON"));
}

TEST_CASE("documents are read as written by anybody")
{
    CHECK_THAT(unreadable(""), Catch::Contains("x.json:1: this is not JSON"));
    CHECK_THAT(unreadable(bench(1).substr(0, 300)), Catch::Contains("this is not JSON"));
    CHECK_THAT(unreadable("[]"), Catch::Contains("the document is a list; it must be an object"));
    CHECK_THAT(unreadable("{}"), Catch::Contains("has no \"schema\""));
    CHECK_THAT(unreadable(R"({"schema": "wqlab/bench/2"})"),
               Catch::Contains("schema \"wqlab/bench/2\" can't be compared"));
    CHECK_THAT(unreadable(R"({"schema": "wqlab/bench/1", "kernel": 5})"),
               Catch::Contains("\"kernel\" of the document is a number"));
    CHECK_THAT(unreadable(R"({"schema": "wqlab/bench/1", "kernel": "", "cpus": "0", "cells": [3]})"),
               Catch::Contains("a cell is a number; it must be an object"));
    CHECK_THAT(unreadable(R"({"schema": "wqlab/bench/1", "kernel": "", "cpus": "0", "cells": [{"row": "a",
        "rounds": [{"items_per_s": -1}]}]})"),
               Catch::Contains("\"items_per_s\" of a round is a number; it must be a number that is not negative"));
    CHECK_THAT(unreadable(std::string(200, '[')), Catch::Contains("deep"));
    std::string keys = "{";
    for (int i = 0; i < 1001; i++)
        keys += fmt::format("\"{}\":0,", i);
    CHECK_THAT(unreadable(keys), Catch::Contains("more than 1000 keys"));
    CHECK_THAT(error_of([] { read_document("/nonexistent"); }), Catch::Contains("cannot read the document"));
    CHECK_THAT(error_of([] { read_document("/"); }), Catch::Contains("cannot read the document"));
}

TEST_CASE("a comparison fits its schema, and a terminal")
{
    const Comparison zero = compare({parse_comparable(bench(0), "a\x1b[2J.json")}, {parse_comparable(bench(5), "b")},
                                    {});
    for (const Comparison& c :
         {zero, compare(side(10'000, 4, "a"), side(9'700, 4, "b"), {}), compared(check("pass"), check("fail"))}) {
        CHECK(violations(load_schema("compare"), comparison_to_json(c)) == std::vector<std::string>{});
        for (const unsigned width : {80u, 120u}) {
            const std::string text = render_comparison(c, plain(width));
            CHECK(widest(text) <= width);
            CHECK(text.find('\x1b') == std::string::npos);
        }
    }
}

TEST_CASE("where the table of a comparison folds, each figure has the name of its row")
{
    const Comparison c = compare(side(10'000, 4, "a"), side(9'700, 4, "b"), {});
    REQUIRE_FALSE(c.rows.empty());
    for (const unsigned width : {40u, 50u}) {
        const std::string text = render_comparison(c, plain(width));
        INFO(text);
        for (const Compared& row : c.rows)
            CHECK_THAT(text, Catch::Contains(fmt::format("\n{}: {}", row.row, row.measure.title)));
    }
}

TEST_CASE("the sides are parted by two dashes")
{
    const auto flags = parsed<CompareFlags>({"a.json", "--ignore", "spin,depth", "a2.json", "--", "b.json", "--json",
                                             "--ignore", "rate", "--fail-above=3%", "b2.json"});
    CHECK(flags.a == std::vector<std::string>{"a.json", "a2.json"});
    CHECK(flags.b == std::vector<std::string>{"b.json", "b2.json"});
    CHECK(flags.ignored_keys() == std::vector<std::string>{"spin", "depth", "rate"});
    CHECK(flags.fail_above == "3%");
    CHECK_THAT(error_of([] {
                   parsed<CompareFlags>({"a", "--", "b", "--jsn"});
               }),
               Catch::Contains("there is no flag --jsn"));
    CHECK(flags.json);
    CHECK_THAT(error_of([] { parsed<CompareFlags>({"a.json"}).check(); }), Catch::Contains("side B has no document"));
    CHECK_THAT(error_of([] {
                   parsed<CompareFlags>({"--", "a.json"}).check();
               }),
               Catch::Contains("side A has no document"));
}
