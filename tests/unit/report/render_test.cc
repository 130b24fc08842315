// SPDX-License-Identifier: GPL-2.0
#include <algorithm>

#include <catch2/catch.hpp>

#include "report/render.hh"
#include "report/run_progress.hh"
#include "scenario/file.hh"
#include "scenario/presets/presets.hh"
#include "unit/report/fixtures.hh"
#include "unit/schema.hh"
#include "unit/term/plain.hh"

using namespace wqctl;

namespace {

const std::vector<std::string> kNames = {"percpu", "abcdefghijklmnopqrstu", "bh"};

}  // namespace

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
                CHECK(
                    std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
            // No escape sequence without colour.
            CHECK(text.find('\x1b') == std::string::npos);
        }
    }
    Style coloured = plain(120);
    coloured.colour = true;
    const std::string text = render_report_table(report, coloured);
    CHECK(text.find('\x1b') != std::string::npos);
    CHECK(widest(text) <= 120);
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

TEST_CASE("a report's JSON has the keys that others rely on, and fits its schema")
{
    RunReport report = make_report(kNames);
    report.scenario = resolve(parse_scenario(presets().front().text, "preset"));
    const nlohmann::json json = nlohmann::json::parse(report_to_json(report));
    CHECK(violations(load_schema("run"), json) == std::vector<std::string>{});
    CHECK(violations(load_schema("scenario"), json["scenario"]) == std::vector<std::string>{});
    CHECK(json["schema"] == "wqlab/run/1");
    for (const char* key : {"kernel", "scenario", "elapsed_ns", "workqueues"})
        CHECK(json.contains(key));
    const nlohmann::json& wq = json["workqueues"][0];
    for (const char* key :
         {"name", "flags", "queued", "coalesced", "cancelled", "executed", "items_per_s", "latency_ns", "cpus",
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

TEST_CASE("the progress line tells percent, rate and time left")
{
    Scenario scenario;
    scenario.duration = 2'000'000'000;
    RunState state;
    state.state = WQLAB_RUN_RUNNING;
    state.elapsed_ns = 500'000'000;
    state.executed = state.queued = 1000;
    CHECK_THAT(progress_text(state, &scenario, 2000, plain(80)), Catch::Contains(" 25%  2.00k items/s  1.5s left"));
    scenario.items = 2000;
    CHECK_THAT(progress_text(state, &scenario, 2000, plain(80)), Catch::Contains(" 50%  2.00k items/s  0.5s left"));
    state.state = WQLAB_RUN_DRAINING;
    state.queued = 1500;
    CHECK_THAT(progress_text(state, &scenario, 0, plain(80)), Catch::Contains("waiting for 500 items"));
    for (unsigned width : {60u, 80u, 120u})
        CHECK(display_width(progress_text(state, &scenario, 123456, plain(width))) < width);
}
