// SPDX-License-Identifier: GPL-2.0
// What a report says of documents that are not the plain case: several of a file, parts of them, or beyond all bounds.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fmt/core.h>

#include "report/render.hh"
#include "unit/commands/report/pages.hh"
#include "unit/report/fixtures.hh"

using namespace wqctl;
using namespace wqctl::page;
using Catch::Contains;

namespace {

std::string told(int time, const std::string& found, const std::string& ended)
{
    const auto finding = [](const std::string& sentence) {
        return sentence.empty()
                   ? ""
                   : fmt::format(R"({{"rule":"hog","certainty":"likely","sentence":"{}","kernel":"k"}})", sentence);
    };
    return fmt::format(R"({{"schema":"wqlab/doctor/1","source":"the module","kernel":"6.12","interval_ns":1,"time":{},)"
                       R"("findings":[{}],"ended":[{}],"not_looked_at":[]}})"
                       "\n",
                       time, finding(found), finding(ended));
}

struct Seen {
    std::string name;
    std::string completed = "null";  // a second
    int in_flight = 0, pending = 0;
};

std::string sample(double second, const std::vector<Seen>& all)
{
    std::string workqueues;
    for (const Seen& one : all)
        workqueues += fmt::format(
            R"({}{{"name":"{}","identity":"{}","in_flight":{},"pending":{},"inactive":0,"rates":{}}})",
            workqueues.empty() ? "" : ",", one.name, one.name, one.in_flight, one.pending,
            one.completed == "null" ? "null" : fmt::format(R"({{"completed_per_s":{},"cpus":null}})", one.completed));
    return fmt::format(R"({{"schema":"wqlab/monitor/1","time_ns":{:.0f},"workqueues":[{}]}})"
                       "\n",
                       1e9 * second, workqueues);
}

std::string latency(const std::string& bucket, const std::string& more = "")
{
    return fmt::format(
        R"({{"schema":"wqlab/latency/1","kernel":"6.12","rows":[{{"workqueue":"w","executed":1,"stages_ns":{{"run":)"
        R"({{"count":1,"buckets":[{}]}}}}}}]{}}})",
        bucket, more);
}

std::string two_workqueues(const std::string& baseline)
{
    std::string cells;
    for (const char* depth : {"1", "8"})
        for (const char* wq : {"one", "two"})
            cells += fmt::format(R"({}{{"row":"depth={} {}","values":{{"depth":"{}"}},"workqueue":"{}","letters":"a",)"
                                 R"("scenario":{{"description":"scenario {}"}},"to_baseline":null,)"
                                 R"("summary":{{"items_per_s":{{"median":5}},"wait_p50_ns":{{"median":7}}}}}})",
                                 cells.empty() ? "" : ",", depth, wq, depth, wq, depth);
    return fmt::format(
        R"({{"schema":"wqlab/bench/1","kernel":"6.12","baseline":"{}","best":"depth=8 two","cells":[{}]}})", baseline,
        cells);
}

Mark mark_of(const Section& section, const std::string& words)
{
    for (const Block& block : section.blocks)
        if (const Note* note = std::get_if<Note>(&block); note && note->text.find(words) != std::string::npos)
            return note->mark;
    FAIL("no note says " << words);
    return Mark::kNone;
}

}  // namespace

TEST_CASE("what a watching doctor told is one section that says when")
{
    const Page page = page_of(told(1000000000, "a", "") + told(1000000060, "b", "") + told(1000000120, "", "a"));
    REQUIRE(page.sections.size() == 1);
    const Section& section = page.sections[0];
    CHECK_THAT(notes(section), !Contains("Nothing is stuck"));
    CHECK_THAT(notes(section), Contains("2001-09-09 01:48:40 UTC: ended: a"));
    CHECK(block_of<Story>(section).title == "2001-09-09 01:46:40 UTC: a");
    CHECK(mark_of(page_of(R"({"schema":"wqlab/doctor/1","findings":[],"not_understood":0})").sections[0], "Nothing") ==
          Mark::kGood);
    const Page unclear = page_of(R"({"schema":"wqlab/doctor/1","lines":9,"findings":[],"not_understood":3})");
    CHECK(mark_of(unclear.sections[0], "Nothing") == Mark::kDoubtful);
    CHECK_THAT(notes(unclear.sections[0]), Contains("3 pieces of the log were not understood"));
}

TEST_CASE("what no sample has is no zero")
{
    // BH, and any workqueue before 6.5.
    const Section section = page_of(sample(0, {{"bh", "null", 1}}) + sample(1, {{"bh", "null", 1}})).sections.at(0);
    const auto lines = block_of<Lines>(section);
    REQUIRE(lines.panels.size() == 3);
    CHECK(lines.panels[0].first == "in flight");
    CHECK(lines.series.at(0).values.size() == 3);
    const auto row = block_of<Table>(section).rows.at(0);
    CHECK(row[2].text == "-");
    CHECK(row[4].text == "-");
    CHECK(row[5].text == "1");
}

TEST_CASE("a mean is over time, a stuck workqueue is in the chart, and a peak stays")
{
    const Section uneven = page_of(sample(0, {{"a"}}) + sample(1, {{"a", "100"}}) + sample(10, {{"a", "0"}}))
                               .sections[0];
    CHECK(block_of<Table>(uneven).rows.at(0)[1].text == "10");

    std::vector<Seen> busy;
    for (int i = 0; i < 30; i++)
        busy.push_back({fmt::format("busy{}", i), "5000"});
    busy.push_back({"stuck", "0", 1, 50});
    const Section many = page_of(sample(0, busy) + sample(1, busy)).sections[0];
    const auto series = block_of<Lines>(many).series;
    REQUIRE(series.size() == 16);
    CHECK(std::any_of(series.begin(), series.end(), [](const auto& one) { return one.name == "stuck"; }));
    CHECK_THAT(notes(many), Contains("Of 31 workqueues the 16"));

    std::string text;
    for (int i = 0; i < 4001; i++)
        text += sample(i, {{"a", i == 2000 ? "9000" : "1"}});
    const Section longer = page_of(text).sections[0];
    const auto lines = block_of<Lines>(longer);
    CHECK(lines.seconds.size() <= 2000);
    CHECK(std::count(lines.series[0].values[0].begin(), lines.series[0].values[0].end(), 9000.0) == 1);
    CHECK_THAT(notes(longer), Contains("greatest of 3 samples"));
    CHECK_THAT(refused(sample(5, {{"a"}}) + sample(1, {{"a"}})), Contains("line 2") && Contains("before"));
}

TEST_CASE("a line that its writer was stopped within is left out, and the others are not")
{
    const Section section =
        page_of(sample(0, {{"a", "1"}}) + sample(1, {{"a", "1"}}) + sample(2, {{"a", "1"}}).substr(0, 60)).sections[0];
    CHECK(block_of<Lines>(section).seconds.size() == 2);
    CHECK(mark_of(section, "not whole") == Mark::kDoubtful);
    CHECK_THAT(refused(sample(0, {{"a"}}).substr(0, 60)), Contains("not JSON"));
}

TEST_CASE("the baseline is a cell, whatever its workqueues are")
{
    const Section section = page_of(two_workqueues("depth=8")).sections.at(0);
    const auto table = block_of<Table>(section);
    CHECK(table.columns[2].title == "to baseline");
    CHECK(table.rows[0][2].text == "-");
    CHECK(table.rows[2][2].text == "baseline");
    CHECK(table.rows[3][2].text == "baseline");
    CHECK(block_of<Text>(section).title == "Scenario of the baseline");
    CHECK_THAT(block_of<Text>(section).text, Contains("scenario 8"));
    CHECK(block_of<Text>(page_of(two_workqueues("x")).sections.at(0)).title == "Scenario of the first cell");
    // Of items/s, and nothing else.
    const auto panels = block_of<Intervals>(section).panels;
    CHECK(panels.at(0).rows.at(3).mark == Mark::kGood);
    CHECK(panels.at(1).rows.at(3).mark == Mark::kNone);
}

TEST_CASE("numbers that no document of wqctl's has are refused")
{
    CHECK_THAT(refused(latency(R"({"low":1e308,"high":1e308,"count":1})")), Contains("\"low\" is 1e+308"));
    CHECK_THAT(refused(latency(R"({"low":1,"high":2,"count":1e300})")), Contains("\"count\""));
    std::string text = report_to_json(make_report({"a"}));
    const size_t from = text.find("\"from\": ");
    REQUIRE(from != std::string::npos);
    text.insert(from + 8, "42949672960");
    CHECK_THAT(refused(text), Contains("\"from\""));
}

TEST_CASE("what no row has is said")
{
    const Section section = page_of(latency(R"({"low":1,"high":2,"count":1})",
                                            R"(,"unpaired":7,"waiting":500,"running":2)"))
                                .sections.at(1);
    CHECK(mark_of(section, "500 items were queued and had not begun") == Mark::kDoubtful);
    CHECK_THAT(notes(section), Contains("7 executions") && Contains("2 items were still executing"));
    RunReport report = make_report({"a"});
    report.workqueues[0].cancelled = 3;
    report.workqueues[0].workers_lost = 0;
    report.workqueues[0].late = 11;
    CHECK(mark_of(page_of(report_to_json(report)).sections.at(1), "11 queued later") == Mark::kDoubtful);
}

TEST_CASE("a recording by queuer says who queued, and what of it is lost")
{
    const auto row = [](const std::string& queuer) {
        return fmt::format(R"({{"workqueue":"events","function":"f","queuer":"{}","executed":3,"stages_ns":{{"run":)"
                           R"({{"count":3,"buckets":[{{"low":1,"high":2,"count":3}}]}}}}}})",
                           queuer);
    };
    const Section section =
        page_of(R"({"schema":"wqlab/latency/1","kernel":"6.12","by":"queuer","lost_events":40,"rows":[)" +
                row("cron f_write") + "," + row("sshd") + "]}")
            .sections.at(1);
    const Table table = block_of<Table>(section);
    REQUIRE(table.rows.size() == 2);
    CHECK(table.rows[0].at(0).text == "cron f_write: events f");
    CHECK(table.rows[1].at(0).text == "sshd: events f");
    CHECK(mark_of(section, "40 events were lost") == Mark::kDoubtful);
}

TEST_CASE("a comparison is shown with what its text cautions of")
{
    const std::string row = R"("measure":"items_per_s","a":100,"b":90,"ratio":0.9,"p":0.01)";
    const Section section =
        page_of(fmt::format(
                    R"({{"schema":"wqlab/compare/1","of":"wqlab/bench/1","a":{{"files":["a"]}},"b":{{"files":["b"]}},)"
                    R"("unit":"block","can_differ":true,"rows":[{{"row":"x",{0},"outcome":"same"}}],)"
                    R"("together":[{{{0},"outcome":"worse"}}]}})",
                    row))
            .sections.at(0);
    CHECK(mark_of(section, "One file a side: what differs from boot to boot") == Mark::kDoubtful);
    CHECK(mark_of(section, "means of all rows: 1 worse") == Mark::kBad);
    CHECK_THAT(notes(section), Contains("intervals are each for itself"));
}

TEST_CASE("series of one name are told apart by numbers")
{
    const std::string run = report_to_json(make_report({"a"}));
    const Page twice = make_page({{"x.json", run}, {"x.json", run}}, "");
    const auto series = block_of<Distributions>(twice.sections[0]).series;
    REQUIRE(series.size() == 2);
    CHECK(series[0].name != series[1].name);
    CHECK(series[1].name.ends_with(" #2"));
}
