// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "commands/monitor/plan.hh"
#include "unit/args/parsed.hh"
#include "unit/report/fixtures.hh"
#include "commands/monitor/render.hh"
#include "unit/schema.hh"
#include "unit/snapshot/snapshot_maker.hh"
#include "system/replace_file.hh"
#include "text/error.hh"
#include "text/printable.hh"

using namespace wqctl;

namespace {

SnapshotMaker make(uint64_t second)
{
    SnapshotMaker maker(second * 1'000'000'000);
    maker.workqueue(0xdeadbeef, "events", WQLAB_WQ_PERCPU, {{1, 1000 * second, 999, 2'345'678, 3, 0}}, "system_wq");
    maker.workqueue(2, "a_name_of_thirty_characters_ab", WQLAB_WQ_UNBOUND | WQLAB_WQ_MEM_RECLAIM, {{2, 5, 5, 0, 0, 7}});
    maker.workqueue(3, "bh", WQLAB_WQ_BH, {{3, 70'000'000, 70'000'000, 0, 0, 0}});
    maker.pool(0, 0, 3'000'000);
    maker.pool(8, -1);
    maker.hog("stuck_fn", 3);
    maker.hog("stuck_fn", 2);
    return maker;
}

TotalsSample second_sample(Totals& totals)
{
    totals.take(make(1).snapshot);
    TotalsSample sample = totals.take(make(2).snapshot);
    sample.timestamp = 1'700'000'000.25;
    return sample;
}

std::string read(const std::string& path)
{
    std::ifstream stream(path);
    return {std::istreambuf_iterator<char>(stream), {}};
}

Style plain(unsigned width)
{
    Style style;
    style.width = width;
    return style;
}

}  // namespace

TEST_CASE("the flag --format wq_monitor is the script's, to the character")
{
    Totals totals;
    CHECK(render_wq_monitor(second_sample(totals)) ==
          "\n"
          "                            total  infl  CPUtime CPUitsv CMW/RPR  mayday rescued\n"
          "events                       2000  1001      2.3       0       0       -       - \n"
          "_of_thirty_characters_ab        5     0      0.0       -       0       0       0 \n"
          "bh                       70000000     0      0.0       0       0       -       - \n");
}

TEST_CASE("the table has totals and rates, and cuts no name")
{
    Totals totals;
    const TotalsSample sample = second_sample(totals);
    for (unsigned width : {60u, 80u, 140u}) {
        const std::string text = render_monitor(sample, plain(width));
        CHECK_THAT(text, Catch::Contains("a_name_of_thirty_characters_ab"));
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);)
            CHECK(display_width(line) <= width);
    }
    const std::string text = render_monitor(sample, plain(140));
    CHECK_THAT(text, Catch::Contains("2,000") && Catch::Contains("1.00k"));
    // Nothing is made up for what is not measured.
    CHECK_THAT(render_monitor(Totals().take(make(1).snapshot), plain(140)), !Catch::Contains("1.00k"));
}

TEST_CASE("a line of JSON is real and keeps its schema")
{
    Totals totals;
    const auto schema = load_schema("monitor");
    const auto first = nlohmann::json::parse(monitor_to_json(totals.take(make(1).snapshot)));
    const auto second = nlohmann::json::parse(monitor_to_json(totals.take(make(2).snapshot)));
    for (const auto& document : {first, second})
        CHECK(violations(schema, document) == std::vector<std::string>());
    CHECK(first["interval_ns"].is_null());
    CHECK(first["workqueues"][0]["rates"].is_null());
    CHECK(second["workqueues"][0]["rates"]["started_per_s"] == 1000);
    CHECK(second["workqueues"][0]["symbol"] == "system_wq");
    CHECK(second["workqueues"][0]["identity"] == "deadbeef");
    CHECK(second["workqueues"][1]["cpu_intensive"].is_null());
    CHECK(second["workqueues"][2]["cpu_time_us"].is_null());
}

TEST_CASE("OpenMetrics: each metric once, its samples together, labels escaped")
{
    SnapshotMaker maker = make(1);
    maker.workqueue(9, "q\"uo\\te\n\xff", WQLAB_WQ_UNBOUND, {});
    const std::string text = render_openmetrics(Totals().take(maker.snapshot), maker.snapshot);
    for (const char* line : {
             "# TYPE wqlab_items_started_total counter\n",
             "\nwqlab_items_started_total{workqueue=\"events\",identity=\"deadbeef\",unbound=\"false\"} 1000\n",
             "\nwqlab_cpu_seconds_total{workqueue=\"events\",identity=\"deadbeef\",unbound=\"false\"} 2.345678\n",
             "{workqueue=\"q\\\"uo\\\\te\\n\ufffd\",identity=",
             "\nwqlab_cpu_hogs_total{function=\"stuck_fn\"} 5\n",
             "\nwqlab_pool_seconds_since_progress{pool=\"0\",cpus=\"0\",nice=\"0\",kind=\"percpu\"} 0.003000000\n",
             "\nwqlab_pool_idle_workers{pool=\"8\",cpus=\"0-3\",nice=\"0\",kind=\"unbound\"} 1\n",
             "\nwqlab_snapshot_seconds 0.001500000\n",
             "symbol=\"system_wq\",flags=\"percpu\"} 1\n",
         })
        CHECK_THAT(text, Catch::Contains(line));
    CHECK_THAT(text, Catch::EndsWith("\n# EOF\n"));
    // BH has no CPU time.
    CHECK(text.find("wqlab_cpu_seconds_total{workqueue=\"bh\"") == std::string::npos);
    std::istringstream lines(text);
    std::string metric, last_help;
    std::vector<std::string> seen;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("# HELP ")) {
            metric = line.substr(7, line.find(' ', 7) - 7);
            CHECK(std::find(seen.begin(), seen.end(), metric) == seen.end());
            seen.push_back(metric);
        } else if (!line.starts_with("#")) {
            CHECK(line.substr(0, line.find_first_of("{ ")) == metric);
        }
    }
    // Without their sections, pools and workers are not made up.
    maker.snapshot.pools.clear();
    maker.snapshot.sections = WQLAB_SECTION_WORKQUEUES;
    const std::string less = render_openmetrics(Totals().take(maker.snapshot), maker.snapshot);
    CHECK_THAT(less, !Catch::Contains("wqlab_pool_") && !Catch::Contains("wqlab_workers_busy"));
}

TEST_CASE("a replaced file is whole, readable for whom it was, and alone")
{
    const FakeRoot root({{"old.prom", "old"}, {"real", "x"}});
    const std::string path = root.path() + "/old.prom";
    replace_file(path, "new");
    CHECK(read(path) == "new");
    struct stat status = {};
    REQUIRE(stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0644);
    REQUIRE(chmod(path.c_str(), 0600) == 0);
    replace_file(path, "secret");
    REQUIRE(stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);
    replace_file(root.path() + "/other", "1");
    std::filesystem::create_symlink("real", root.path() + "/link");
    replace_file(root.path() + "/link", "through");
    CHECK(read(root.path() + "/real") == "through");
    CHECK(std::filesystem::is_symlink(root.path() + "/link"));
    std::filesystem::create_symlink("nothing", root.path() + "/dangling");
    CHECK_THAT(error_of([&] { replace_file(root.path() + "/dangling", "x"); }), Catch::Contains("leads nowhere"));
    unsigned files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(root.path()))
        files++;
    CHECK(files == 5);
    CHECK_THAT(error_of([] { replace_file("/dev/null", "x"); }), Catch::Contains("no regular file"));
    CHECK_THAT(error_of([&] { replace_file(root.path(), "x"); }), Catch::Contains("no regular file"));
    CHECK_THAT(error_of([&] { replace_file(root.path() + "/no/where", "x"); }),
               Catch::Contains("cannot make a file in"));
}

TEST_CASE("wqctl monitor is understood")
{
    const auto plan = [](const std::vector<std::string>& words) { return plan_monitor(parsed<MonitorFlags>(words)); };
    CHECK(plan({}).interval_ns == 1'000'000'000);
    CHECK(plan({}).sections() == WQLAB_SECTION_WORKQUEUES);
    CHECK(plan({"-i", "0.2", "-n", "5"}).interval_ns == 200'000'000);
    CHECK(plan({"-i", "0"}).count == 1);
    CHECK(plan({"-i", "50ms", "-j"}).format == MonitorFormat::kJson);
    CHECK(plan({"--format", "wq_monitor", "events", "^kb"}).patterns.match("kblockd"));
    CHECK_FALSE(plan({"events", "^kb"}).patterns.match("ekb"));
    CHECK(plan({"--openmetrics"}).format == MonitorFormat::kOpenMetrics);
    CHECK(plan({"--openmetrics"}).file.empty());
    CHECK(plan({"--openmetrics", "-n", "1"}).file.empty());
    CHECK(plan({"--openmetrics", "/x/y.prom", "-i", "15", "wlan"}).file == "/x/y.prom");
    CHECK(plan({"--openmetrics=/x/y.prom", "wlan"}).patterns.match("wlan0"));
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{{"-i", "-1"},
                                                                                       {"-i", "1x"},
                                                                                       {"-i", "0.0001"},
                                                                                       {"-i", "nan"},
                                                                                       {"-n", "0"},
                                                                                       {"-i", "0", "-n", "2"},
                                                                                       {"-j", "--openmetrics"},
                                                                                       {"--format", "xml"},
                                                                                       {"("},
                                                                                       {"a**b("}}) {
        INFO(words.back());
        try {
            plan(words);
            FAIL("accepted");
        } catch (const Error& error) {
            CHECK(error.exit_code == kUsage);
        }
    }
    CHECK(error_of([&] { plan({"ev(ents"}); }) == "\"ev(ents\" is no regular expression: its parentheses do not match");
}

TEST_CASE("names that came from anywhere")
{
    CHECK(printable("a\x1b\n\xc3\xa9z") == "a????z");
    CHECK(one_line("a\x1b\n\xc3\xa9\x7f\xc2\x9b\u20ac\xff") == "a??\xc3\xa9??\u20ac\ufffd");
    CHECK(valid_utf8("\xc3\xa9\u20ac\U0001f600") == "\xc3\xa9\u20ac\U0001f600");
    CHECK(valid_utf8("a\xff\xc0\x80"
                     "b\xed\xa0\x80\xc3") ==
          "a\ufffd\ufffd\ufffd"
          "b\ufffd\ufffd\ufffd\ufffd");
}
