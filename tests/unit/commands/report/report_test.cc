// SPDX-License-Identifier: GPL-2.0
// wqctl report, from documents that anybody may have written to the page and its tables.
#include <algorithm>
#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>
#include <fmt/core.h>

#include "commands/report/assets.hh"
#include "commands/report/flags.hh"
#include "commands/report/input.hh"
#include "commands/report/render.hh"
#include "report/render.hh"
#include "scenario/document_file.hh"
#include "system/gzip.hh"
#include "unit/args/parsed.hh"
#include "unit/commands/report/pages.hh"
#include "unit/report/fixtures.hh"
#include "unit/schema.hh"
#include "unit/tree.hh"

using namespace wqctl;
using namespace wqctl::page;
using Catch::Contains;

namespace {

constexpr const char* kHostile = "</script><img src=x onerror=alert(1)>'\"&";

std::string html_of(const Page& page) { return to_html(page, "wqctl report x.json"); }

size_t count(std::string_view text, std::string_view part)
{
    size_t n = 0;
    for (size_t at = 0; (at = text.find(part, at)) != std::string_view::npos; at += part.size())
        n++;
    return n;
}

Machine machine_called(const std::string& model)
{
    Machine machine;
    machine.model = model;
    machine.cpus = "0-3";
    return machine;
}

// A bench of each of these cells, "scope=cpu depth=1".
std::string bench(const std::vector<std::pair<std::string, std::string>>& cells)
{
    std::string rows;
    int speed = 1000;
    for (const auto& [scope, depth] : cells)
        rows += fmt::format(
            R"({}{{"row":"scope={} depth={}","values":{{"scope":"{}","depth":"{}"}},"workqueue":"w","letters":"a",)"
            R"("summary":{{"items_per_s":{{"median":{},"low":990,"high":9000}},"wait_p50_ns":null,"wait_p99_ns":null,)"
            R"("queue_call_p50_ns":null,"cpu_ns_per_item":null}},"to_baseline":null,"rounds":[]}})",
            rows.empty() ? "" : ",", scope, depth, scope, depth, speed += 1000);
    return fmt::format(R"({{"schema":"wqlab/bench/1","kernel":"6.12","cpus":"0-3","passes":6,"elapsed_ns":1,)"
                       R"("end":"rounds","baseline":"scope=cpu depth=1","best":null,"cells":[{}]}})",
                       rows);
}

// Of two workqueues, which share a name.
std::string sample(int second, int completed)
{
    const std::string wq = R"({{"name":"events","identity":"{}","in_flight":{},"pending":2,"inactive":0,"rates":{}}})";
    const std::string rates = fmt::format(R"({{"completed_per_s":{},"cpus":null}})", completed);
    return fmt::format(
        "{{\"schema\":\"wqlab/monitor/1\",\"time_ns\":{}000000000,\"workqueues\":[{},{},"
        "{{\"name\":\"idle\",\"identity\":\"3\",\"in_flight\":0,\"pending\":0,\"inactive\":0,\"rates\":null}}]}}\n",
        5 + second, fmt::format(fmt::runtime(wq), 1, 1, second ? rates : "null"),
        fmt::format(fmt::runtime(wq), 2, 0, second ? rates : "null"));
}

}  // namespace

TEST_CASE("no text of a document is markup in its report")
{
    RunReport report = make_report({kHostile});
    report.kernel = kHostile;
    report.provenance = Provenance{{"wqctl", kHostile}, machine_called(kHostile)};
    const Page page = make_page({{kHostile, report_to_json(report)}}, kHostile);
    const std::string html = to_html(page, kHostile);
    CHECK(count(html, "<img") == 0);
    // Chart.js, the data, and what draws them.
    CHECK(count(html, "<script") == (kCharts.text.empty() ? 1 : 3));
    CHECK(count(html, "<script") == count(html, "</script"));
    CHECK_THAT(html, Contains("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&#39;&quot;&amp;"));
    CHECK_THAT(charts_to_json(page), !Contains("<"));
    CHECK(escape_html("a\x1b[31m\xff\n\u202e") == "a?[31m\ufffd\n\u202e");

    const std::string md = to_markdown(page, kHostile);
    // But for the command, which is code.
    CHECK_THAT(md, Contains("- Command: `wqctl '" + std::string(kHostile).substr(0, 9)));
    std::string others = md;
    others.erase(others.find("- Command"), others.find('\n', others.find("- Command")) - others.find("- Command"));
    CHECK_THAT(others, !Contains("<img"));
    CHECK(escape_markdown("a|b `c` *d* [e](f) \\ <g> <0.1 @all wait_p50 _h_ #2 $i$\n#") ==
          "a\\|b \\`c\\` \\*d\\* \\[e\\](f) \\\\ &lt;g> <0.1 @\u200ball wait_p50 \\_h\\_ #\u200b2 \\$i\\$?#");
}

TEST_CASE("a page's policy lets run what the page brings, and nothing else")
{
    // Of nothing, as sha256sum and base64 have it.
    CHECK(csp_hash("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855") ==
          "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    const std::string html = html_of(page_of(report_to_json(make_report({"a"}))));
    const size_t policy = html.find("Content-Security-Policy");
    CHECK(policy < html.find("<style>"));
    CHECK_THAT(html, Contains("default-src 'none'") && !Contains("unsafe-inline"));
    for (const Asset& asset : {kStyle, kScript}) {
        CHECK_THAT(html, Contains(csp_hash(asset.sha256)));
        CHECK_THAT(html, Contains(">" + std::string(asset.text) + "</"));
    }
    CHECK(count(html, " style=") == 0);
    if (!kCharts.text.empty())
        CHECK_THAT(html, Contains("MIT License") && Contains("Permission is hereby granted"));
}

TEST_CASE("histograms of several documents are on one grid")
{
    const std::string one = report_to_json(make_report({"a", "b"}));
    const Page page = make_page({{"dir/1.json", one}, {"2.json", one}}, "");
    REQUIRE(page.sections.size() == 3);
    const auto chart = block_of<Distributions>(page.sections[0]);
    REQUIRE(chart.series.size() == 4);
    CHECK(chart.series[0].name == "1.json: a");
    CHECK(chart.series[3].name == "2.json: b");
    const Page twins = make_page({{"old/1.json", one}, {"new/1.json", one}}, "");
    CHECK(block_of<Distributions>(twins.sections[0]).series[3].name == "new/1.json: b");
    const auto& wait = chart.series[0].stages[0];
    REQUIRE(wait.has_value());
    double sum = 0;
    for (const auto& [place, items] : wait->bins)
        sum += items;
    CHECK(sum == wait->count);
    // 1024 ns is where a place begins: 2^10.
    const Page exact = page_of(
        R"({"schema":"wqlab/latency/1","kernel":"6.12","rows":[{"workqueue":"w","executed":3,"stages_ns":{"run":)"
        R"({"count":3,"buckets":[{"low":0,"high":1,"count":1},{"low":1023,"high":1024,"count":1},)"
        R"({"low":1024,"high":1056,"count":1}]}}}]})");
    const auto run = block_of<Distributions>(exact.sections[0]).series[0].stages[4];
    REQUIRE(run.has_value());
    CHECK(run->bins == std::map<int, double>{{0, 1}, {39, 1}, {40, 1}});
}

TEST_CASE("where items ran is a map of CPUs, whose shades are between the smallest and the largest")
{
    RunReport report = make_report({"a"});
    report.workqueues[0].flows = {{0, 0, 100}, {0, 2, 50}, {3, 2, 7}};
    const auto maps = block_of<HeatMaps>(page_of(report_to_json(report)).sections[1]);
    REQUIRE(maps.maps.size() == 1);
    const HeatMap& map = maps.maps[0];
    CHECK(map.rows == std::vector<std::string>{"CPU 0", "CPU 3"});
    CHECK(map.columns == std::vector<std::string>{"CPU 0", "CPU 2"});
    CHECK(map.texts == std::vector<std::vector<std::string>>{{"100", "50"}, {"0", "7"}});
    CHECK(map.level(100) == 10);
    CHECK(map.level(50) == 5);
    CHECK(map.level(0) == 0);
    HeatMap decades = map;
    decades.values = {{1.0, 10.0}, {100.0, 1e4}};
    CHECK(decades.level(100) == 5);
    CHECK(decades.is_logarithmic());
    CHECK(!map.is_logarithmic());
    decades.values = {{0.0, 40.0}, {900.0, 1e5}};
    CHECK(decades.level(0) == 0);
    CHECK(decades.level(40) == 1);
    CHECK(decades.level(900) == 5);
    CHECK(decades.level(1e5) == 10);
    HeatMap even = map;
    even.values = {{3.0, 3.0}};
    CHECK(even.level(3) == 5);
}

TEST_CASE("a bench of two axes has a heat map, of others it is said why not")
{
    const Page two = page_of(bench({{"cpu", "1"}, {"cpu", "8"}, {"numa", "1"}, {"numa", "8"}}));
    const HeatMap map = block_of<HeatMaps>(two.sections[0]).maps.at(0);
    CHECK(map.rows == std::vector<std::string>{"cpu", "numa"});
    CHECK(map.columns == std::vector<std::string>{"1", "8"});
    CHECK(map.values[1][0] == 4000.0);
    CHECK(map.texts[1][1] == "5.00k");
    const auto intervals = block_of<Intervals>(two.sections[0]);
    REQUIRE(intervals.panels.size() == 1);  // what nobody measured has no panel
    CHECK(intervals.panels[0].rows[2].low == 990.0);

    // A cell that was left out is a hole.
    const Page hole = page_of(bench({{"cpu", "1"}, {"cpu", "8"}, {"numa", "1"}}));
    CHECK(block_of<HeatMaps>(hole.sections[0]).maps.at(0).texts[1][1] == "-");
    CHECK(!has_block<HeatMaps>(page_of(bench({{"cpu", "1"}, {"numa", "1"}})).sections[0]));
    CHECK_THAT(html_of(hole), Contains("<td class=\"none\">-</td>"));
}

TEST_CASE("samples of monitor are a time series")
{
    const Page page = page_of(sample(0, 0) + sample(1, 10) + sample(3, 30));
    const Section& section = page.sections.at(0);
    const auto lines = block_of<Lines>(section);
    CHECK(lines.seconds == std::vector<double>{0, 1, 3});
    REQUIRE(lines.series.size() == 2);
    CHECK(lines.series[0].name == "events");
    CHECK(lines.series[1].name == "events #2");
    CHECK(lines.series[0].values[0] == std::vector<std::optional<double>>{{}, 10.0, 30.0});
    CHECK_THAT(notes(section), Contains("1 more workqueues did nothing"));
    CHECK_THAT(notes(page_of(sample(0, 0)).sections[0]), Contains("no time series"));
}

TEST_CASE("what a document lacks is said where it would stand")
{
    RunReport report = make_report({"a"});
    report.workqueues[0].flows.clear();
    const Section section = page_of(report_to_json(report)).sections.at(1);
    CHECK_THAT(notes(section), Contains("On which CPUs the items of a were queued") && Contains("scenario is not"));
    const auto facts = block_of<Facts>(section).facts;
    REQUIRE(facts.size() > 3);
    CHECK(facts[1].name == "Command");
    CHECK(facts[1].value == "not in this document");
    Machine machine = machine_called("Fast");
    machine.cores = 2;
    machine.caches = machine.nodes = 1;
    machine.is_a_guest = true;
    machine.parameters = {{"default_affinity_scope", "cache"}};
    report.provenance = Provenance{{"wqctl", "run", "--label", "a b"}, machine};
    CHECK(violations(load_schema("run"), report_to_json(report)) == std::vector<std::string>{});
    const auto known = block_of<Facts>(page_of(report_to_json(report)).sections.at(1)).facts;
    CHECK(known[1].value == "wqctl run --label 'a b'");
    CHECK(known[2].value == "Fast, CPUs 0-3, 2 cores, 1 last-level cache, 1 NUMA node, a virtual machine");
    CHECK(known[3].value == "workqueue.default_affinity_scope=cache");
    const Page old = page_of(R"({"schema":"wqlab/bench/1","kernel":"6.12","cells":[{"row":"x"}]})");
    CHECK_THAT(notes(old.sections[0]), Contains("No row has a summary"));
}

TEST_CASE("checks, comparisons and findings have their tables")
{
    const Page check = page_of(
        R"({"schema":"wqlab/check/1","kernel":"6.12","checks":[)"
        R"({"id":"flush.a","title":"it returns","status":"fail","reason":"it did not","evidence":["e"],)"
        R"("elapsed_ns":5},{"id":"flush.b","status":"pass"}],)"
        R"("summary":{"pass":1,"fail":1,"known":0,"skip":0},"elapsed_ns":9})");
    const auto broken = block_of<Table>(check.sections[0]);
    REQUIRE(broken.rows.size() == 1);
    CHECK(broken.rows[0][3].text == "it did not; e");
    CHECK(broken.rows[0][0].mark == Mark::kBad);

    const Page compare = page_of(
        R"({"schema":"wqlab/compare/1","of":"wqlab/bench/1","a":{"files":["a"],"kernels":["6.12"],"values":8},)"
        R"("b":{"files":["b"],"kernels":["6.12"],"values":8},"unit":"block","can_differ":true,"least_different":2,)"
        R"("rows":[{"row":"x","measure":"items_per_s","a":100,"b":90,"ratio":0.9,"interval":{"low":0.8,"high":0.95},)"
        R"("p":0.01,"p_corrected":0.02,"outcome":"worse"}],"together":[],"only_a":["y"],"only_b":[],"lost":[],)"
        R"("verdicts":0,"changes":[]})");
    const auto row = block_of<Table>(compare.sections[0]).rows.at(0);
    CHECK(row[4].text == "-10.0%");
    CHECK(row[7].mark == Mark::kBad);
    CHECK(block_of<Intervals>(compare.sections[0]).panels.at(0).rows.at(0).low == 0.8);
    CHECK_THAT(notes(compare.sections[0]), Contains("1 worse") && Contains("Only in A: y") && Contains("At least 2"));

    const Page doctor = page_of(
        R"({"schema":"wqlab/doctor/1","source":"the module","kernel":"6.12","interval_ns":1000000000,"lines":null,)"
        R"("findings":[{"rule":"hog","certainty":"certain","sentence":"f keeps CPU 1","suspects":[{"function":"f",)"
        R"("workqueue":"events","pid":7,"task":null,"doing":"spins"}],"victims":["g"],"evidence":[],"stacks":[)"
        R"({"states":"R","tasks":[{"pid":7,"command":"kworker"}],"frames":["f","worker_thread"]}],"kernel":"k",)"
        R"("next":"stop it"}],"not_looked_at":[]})");
    const auto story = block_of<Story>(doctor.sections[0]);
    CHECK(story.title == "f keeps CPU 1");
    CHECK(story.paragraphs[0].second[0] == "f of events (pid 7): spins");
    CHECK(story.texts[0].second == "7 kworker\n  f\n  worker_thread\n");
}

TEST_CASE("a report's Markdown is tables that can be read as they are")
{
    const Page page = page_of(bench({{"cpu", "1"}, {"cpu", "8"}, {"numa", "1"}, {"numa", "8"}}));
    std::ifstream golden(in_tree("tests/unit/commands/report/bench.golden"));
    CHECK(to_markdown(page, "wqctl report x.json --format md") ==
          std::string(std::istreambuf_iterator<char>(golden), {}));
}

TEST_CASE("what no report is made of is refused in a line")
{
    CHECK_THAT(refused(R"({"schema":"wqlab/run/2"})"),
               Contains("x.json") && Contains("\"wqlab/run/2\"") && Contains("reads wqlab/run/1"));
    CHECK_THAT(refused(R"({"schema":"wqlab/dump/1"})"), Contains("no report is made of") && Contains("wqlab/bench/1"));
    CHECK_THAT(refused(R"({"schema":"x"})"), Contains("no report is made of"));
    CHECK_THAT(refused("{}"), Contains("no \"schema\""));
    CHECK_THAT(refused("[1]"), Contains("must be an object"));
    CHECK_THAT(refused("hello"), Contains("not JSON"));
    const std::string whole = report_to_json(make_report({"a"}));
    CHECK_THAT(refused(whole.substr(0, whole.size() / 2)), Contains("x.json:") && Contains("not JSON"));
    CHECK_THAT(refused(sample(0, 0) + sample(1, 1).substr(0, 40) + "\n"), Contains("x.json, line 2"));
    CHECK_THAT(refused(R"({"schema":"wqlab/run/1","workqueues":7})"), Contains("\"workqueues\"") && Contains("a list"));
    CHECK_THAT(error_of([] { read_document_file("/nonexistent"); }), Contains("/nonexistent"));
    CHECK_THAT(error_of([] { read_document_file("/"); }), Contains("cannot read"));
    CHECK_THAT(error_of([] { read_document_file("/dev/null"); }), Contains("is empty"));
}

TEST_CASE("packed documents are read, damaged ones refused")
{
    const std::string text = bench({{"cpu", "1"}});
    const std::string packed = gzip(text);
    const FakeRoot root({});
    std::ofstream(root.path() + "/whole", std::ios::binary) << packed;
    std::ofstream(root.path() + "/cut", std::ios::binary) << packed.substr(0, packed.size() - 9);
    CHECK(read_document_file(root.path() + "/whole") == text);
    CHECK_THAT(error_of([&] { read_document_file(root.path() + "/cut"); }), Contains("gzip"));
}

TEST_CASE("a report is asked for in words that say what is missing")
{
    const auto check = [](const std::vector<std::string>& words, bool is_terminal) {
        return error_of([&] { parsed<ReportFlags>(words).check(is_terminal); });
    };
    CHECK_THAT(check({}, false), Contains("no document"));
    CHECK_THAT(check({"a.json"}, true), Contains("terminal"));
    CHECK(check({"a.json"}, false).empty());
    CHECK(check({"a.json", "--format", "md"}, true).empty());
    CHECK_THAT(check(std::vector<std::string>(41, "a.json"), false), Contains("40"));
    CHECK_THAT(error_of([&] { parsed<ReportFlags>({"a", "--format", "pdf"}); }), Contains("pdf"));
}
