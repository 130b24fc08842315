// SPDX-License-Identifier: GPL-2.0
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "cli.hh"
#include "unit/report/fixtures.hh"
#include "scenario/presets/presets.hh"
#include "term/histogram.hh"
#include "commands/info/lists.hh"
#include "term/progress.hh"
#include "report/render.hh"
#include "term/table.hh"
#include "scenario/file.hh"
#include "unit/schema.hh"

using namespace wqctl;

namespace {

Style plain(unsigned width, Charset charset = Charset::kUtf8)
{
    Style style;
    style.width = width;
    style.charset = charset;
    return style;
}

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

size_t widest(const std::string& text)
{
    size_t width = 0;
    for (const std::string& line : lines_of(text))
        width = std::max(width, display_width(line));
    return width;
}

const std::vector<std::string> kNames = {"percpu", "abcdefghijklmnopqrstu", "bh"};

}  // namespace

TEST_CASE("a table folds at its groups and never cuts a cell")
{
    Table table;
    table.column("name", Table::Align::kLeft);
    for (const char* title : {"a1", "a2", "a3"})
        table.column(title, Table::Align::kRight, "alpha");
    for (const char* title : {"b1", "b2"})
        table.column(title, Table::Align::kRight, "beta");
    table.column("empty");
    table.row({"first", "1111111", "2222222", "3333333", "4444444", "5555555"});
    table.row({"second", "1", "2", "3", "4", "5"});

    const auto wide = lines_of(table.render(plain(80)));
    REQUIRE(wide.size() == 4);
    CHECK(wide[0] == "        \u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500 alpha \u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500  \u2500\u2500\u2500\u2500\u2500 beta \u2500\u2500\u2500\u2500\u2500");
    CHECK(wide[1] == "name         a1       a2       a3       b1       b2");
    CHECK(wide[2] == "first   1111111  2222222  3333333  4444444  5555555");

    const std::string folded = table.render(plain(40));
    CHECK(widest(folded) <= 40);
    CHECK(lines_of(folded).size() == 9);
    for (const char* cell : {"1111111", "2222222", "3333333", "4444444", "5555555"})
        CHECK_THAT(folded, Catch::Contains(cell));

    // Narrower than a group: that one is split, too.
    const std::string narrow = table.render(plain(20));
    CHECK(widest(narrow) <= 20);
    CHECK_THAT(narrow, Catch::Contains("3333333"));
}

TEST_CASE("a report fits 80 and 120 columns and cuts no name")
{
    const RunReport report = make_report(kNames);
    for (unsigned width : {80u, 100u, 120u, 200u}) {
        for (Charset charset : {Charset::kUtf8, Charset::kAscii}) {
            INFO(width);
            const std::string text = render_report_table(report, plain(width, charset));
            CHECK(widest(text) <= width);
            for (const std::string& name : kNames)
                CHECK_THAT(text, Catch::Contains(name));
            CHECK_THAT(text, Catch::Contains("1,234,567"));
            if (charset == Charset::kAscii)
                CHECK(std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
            // No escape sequence without colour.
            CHECK(text.find('\x1b') == std::string::npos);
        }
    }
}

TEST_CASE("a report has what matters on its rows")
{
    RunReport report = make_report({"percpu"});
    report.workqueues[0].flags = WQLAB_WQ_BH;
    report.workqueues[0].softirq = report.workqueues[0].executed;
    report.workqueues[0].workers.clear();
    report.workqueues[0].late = 12;
    report.workqueues[0].late_max_ns = 5'000'000;
    report.scenario.emplace();
    report.scenario->description = "Look at this.";
    report.scenario->sample = 16;
    const std::string text = render_report_table(report, plain(300));
    for (const char* part : {"softirq", "p99.9", "617k", "81.0%", "100% cache", "Look at this.", "one in 16 timed",
                             "ended (duration)", "late: ", "5.00ms"})
        CHECK_THAT(text, Catch::Contains(part));
    // One workqueue has room for rows of bars.
    CHECK_THAT(text, Catch::Contains(" .. "));
}

TEST_CASE("a run that did nothing is shown, too")
{
    RunReport report;
    report.run.state = WQLAB_RUN_ENDED;
    report.workqueue(0).name = "idle";
    CHECK_THAT(render_report_table(report, plain(80)), Catch::Contains("idle"));
    CHECK_NOTHROW(report_to_json(report));
}

TEST_CASE("colour is for terminals")
{
    Style style = plain(120);
    style.colour = true;
    const RunReport report = make_report(kNames);
    const std::string text = render_report_table(report, style);
    CHECK(text.find('\x1b') != std::string::npos);
    CHECK(widest(text) <= 120);
}

TEST_CASE("a report's JSON has the keys that others rely on, and fits its schema")
{
    RunReport report = make_report(kNames);
    report.scenario = resolve(parse_scenario(presets().front().text, "preset"));
    const nlohmann::json json = report_to_json(report);
    CHECK(violations(load_schema("run"), json) == std::vector<std::string>{});
    CHECK(violations(load_schema("scenario"), json["scenario"]) == std::vector<std::string>{});
    CHECK(json["schema"] == "wqlab/run/1");
    for (const char* key : {"kernel", "scenario", "elapsed_ns", "workqueues"})
        CHECK(json.contains(key));
    const nlohmann::json& wq = json["workqueues"][0];
    for (const char* key : {"name", "flags", "queued", "coalesced", "cancelled", "executed", "items_per_s", "latency_ns", "cpus",
                            "off_cpu", "off_scope", "workers", "max_concurrency", "context", "nice"})
        CHECK(wq.contains(key));
    for (const char* which : {"queue_call", "wait", "run", "total"})
        for (const char* key : {"count", "min", "mean", "p50", "p90", "p99", "p999", "max", "buckets"})
            CHECK(wq["latency_ns"][which].contains(key));
    uint64_t in_buckets = 0;
    for (const auto& bucket : wq["latency_ns"]["wait"]["buckets"]) {
        CHECK(bucket["low"] < bucket["high"]);
        in_buckets += bucket["count"].get<uint64_t>();
    }
    CHECK(in_buckets == wq["latency_ns"]["wait"]["count"]);
    CHECK(wq["cpus"][0] == nlohmann::json({{"cpu", 0}, {"queued", 1234577}, {"executed", 1000000}}));
    CHECK(wq["nice"] == nlohmann::json({-20, 0}));
    CHECK(wq["context"]["process"] == 1234567);

    report.scenario.reset();
    report.workqueues[0].off_scope.reset();
    CHECK(violations(load_schema("run"), report_to_json(report)) == std::vector<std::string>{});
}

TEST_CASE("the validator of the schemas finds faults")
{
    nlohmann::json json = report_to_json(make_report({"a"}));
    json["elapsed_ns"] = -1;
    json["workqueues"][0].erase("nice");
    json["workqueues"][0]["more"] = 1;
    CHECK(violations(load_schema("run"), json).size() == 3);
}

TEST_CASE("the other documents fit their schemas")
{
    Info info = info_612();
    info.features = 7;
    info.views = {{WQLAB_SECTION_POOLS, {}}, {WQLAB_SECTION_HOGS, {"wci_ents", "wci_nr_ents"}}, {0, {}}};
    CHECK(violations(load_schema("info"), info_to_json(info)) == std::vector<std::string>{});
    CHECK(violations(load_schema("runs"), runs_to_json({make_report({"a"}).run})) == std::vector<std::string>{});
    CHECK(violations(load_schema("presets"), presets_to_json({{"a", "b"}})) == std::vector<std::string>{});
    CHECK(violations(load_schema("started"), started_to_json(make_report({"a"}).run)) == std::vector<std::string>{});
    CHECK_THAT(render_info(info, plain(80)), Catch::Contains("1.5625 %"));
    CHECK(widest(render_info(info, plain(80))) <= 80);
    CHECK_THAT(render_info(info, plain(80)), Catch::Contains("pools               yes\n") &&
                                                 Catch::Contains("hogs                no, it lacks wci_ents, wci_nr_ents\n") &&
                                                 Catch::Contains("latency             yes\n"));
    CHECK_THAT(render_runs({make_report({"a"}).run}, plain(80)), Catch::Contains("duration"));
    CHECK(render_runs({}, plain(80)) == "no runs\n");
}

TEST_CASE("histogram lines share one axis")
{
    Latency fast, slow;
    fast.add_bucket(Latency::Geometry::index(2'000), 10);
    slow.add_bucket(Latency::Geometry::index(2'000'000), 10);
    slow.add_bucket(Latency::Geometry::index(2'000), 1);
    const auto lines = lines_of(render_histogram_lines({{"fast", &fast}, {"slow", &slow}}, plain(80)));
    REQUIRE(lines.size() == 4);
    CHECK_THAT(lines[0], Catch::StartsWith("fast  "));
    CHECK(lines[0].find("\u2588") != std::string::npos);
    CHECK(display_width(lines[1]) > display_width(lines[0]));
    CHECK_THAT(lines[3], Catch::Contains("1\u00b5s") && Catch::Contains("10ms"));
    CHECK(render_histogram_lines({}, plain(80)).empty());
}

TEST_CASE("what is not empty shows in a histogram")
{
    Latency latency;
    latency.add_bucket(Latency::Geometry::index(1'000), 1'000'000);
    latency.add_bucket(Latency::Geometry::index(50'000), 1);
    for (Charset charset : {Charset::kUtf8, Charset::kAscii}) {
        const auto rows = lines_of(render_histogram_rows(latency, plain(80, charset)));
        CHECK(display_width(rows.front()) <= 80);
        CHECK(display_width(rows.back()) > 40);
    }
}

TEST_CASE("the progress line tells percent, rate and time left")
{
    Scenario scenario;
    scenario.duration = 2'000'000'000;
    RunState state;
    state.state = WQLAB_RUN_RUNNING;
    state.elapsed_ns = 500'000'000;
    state.executed = state.queued = 1000;
    CHECK_THAT(progress_text(state, scenario, 2000, plain(80)), Catch::Contains(" 25%  2.00k items/s  1.5s left"));
    scenario.items = 2000;
    CHECK_THAT(progress_text(state, scenario, 2000, plain(80)), Catch::Contains(" 50%  2.00k items/s  0.5s left"));
    state.state = WQLAB_RUN_DRAINING;
    state.queued = 1500;
    CHECK_THAT(progress_text(state, scenario, 0, plain(80)), Catch::Contains("waiting for 500 items"));
    for (unsigned width : {60u, 80u, 120u})
        CHECK(display_width(progress_text(state, scenario, 123456, plain(width))) < width);
}

TEST_CASE("text is wrapped at words")
{
    CHECK(wrap("one two three", 7, "") == "one two\nthree\n");
    CHECK(wrap("unbreakable", 5, "  ") == "  unbreakable\n");
    CHECK(display_width("\x1b[1m\u00b5s\x1b[0m") == 2);
}

TEST_CASE("the command line is read")
{
    Cli cli;
    const Invocation run = cli.parse({"run", "--flags", "unbound", "--nice", "-5", "--json"});
    CHECK(run.command == "run");
    CHECK(run.run.nice == "-5");
    CHECK(run.run.json);
    CHECK(Cli().parse({"run", "mine.json"}).run.file == "mine.json");
    CHECK(Cli().parse({"show", "3", "--json"}).id == "3");
    CHECK(Cli().parse({"dump", "--wq", "a|b", "pools", "--wq", "c", "work"}).dump.sections == std::vector<std::string>{"pools", "work"});
    CHECK_THAT(Cli().parse({"dump", "--help"}).text, Catch::Contains("rescuers") && Catch::Contains("--format wq_dump"));
    CHECK_THAT(Cli().parse({"--help"}).text, Catch::Contains("completion"));
    CHECK_THAT(Cli().parse({"run", "--help"}).text, Catch::Contains("--flags unbound,highpri --depth 32"));
    CHECK_THAT(Cli().parse({"--version"}).text, Catch::Contains("family version 1"));
    CHECK(error_of([] { Cli().parse({"rnu"}); }) == "there is no command \"rnu\"; did you mean \"run\"?");
    CHECK(error_of([] { Cli().parse({"run", "--scpoe", "x"}); }) == "there is no flag --scpoe; did you mean \"--scope\"?");
    CHECK(error_of([] { Cli().parse({}); }) == "a command is missing");
    CHECK(error_of([] { Cli().parse({"run", "--items"}); }) == "--items lacks its value");
    CHECK(error_of([] { Cli().parse({"run", "--items", "1", "--items", "2"}); }) == "--items was given more than once; give it once");
    CHECK(error_of([] { Cli().parse({"run", "--strict=no"}); }) == "--strict takes no value");
    CHECK(error_of([] { Cli().parse({"info", "more"}); }) == "wqctl info has no use for \"more\"");
    CHECK_FALSE(error_of([] { Cli().parse({"run", "--depth"}); }).empty());
    CHECK_FALSE(error_of([] { Cli().parse({"show"}); }).empty());
}

TEST_CASE("completion and manual page know every command and flag")
{
    const auto commands = Cli().model();
    std::ifstream stream(std::string(WQLAB_SOURCE_DIR) + "/tools/wqctl/wqctl.8");
    std::string manual(std::istreambuf_iterator<char>(stream), {});
    for (size_t at; (at = manual.find("\\-")) != std::string::npos;)
        manual.erase(at, 1);
    std::vector<std::string> texts = {manual};
    for (const char* shell : {"bash", "zsh"})
        texts.push_back(render_completion(shell, commands));
    CHECK(commands.size() == 14);
    for (const CommandModel& command : commands) {
        for (const std::string& text : texts)
            CHECK_THAT(text, Catch::Contains(command.name));
        for (const OptionModel& option : command.options) {
            INFO(option.name);
            if (option.name == "--help")
                continue;
            for (const std::string& text : texts)
                CHECK(text.find(option.name) != std::string::npos);
            CHECK_THAT(render_completion("fish", commands), Catch::Contains("-l " + option.name.substr(2) + " "));
        }
    }
    CHECK_THROWS(render_completion("tcsh", commands));
}
