// SPDX-License-Identifier: GPL-2.0
// wqctl bench, but for the kernel: what it plans, what it says of rounds, what it prints.
#include <cmath>
#include <random>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>

#include "bench/measure_cells.hh"
#include "commands/bench/plan.hh"
#include "commands/bench/presets.hh"
#include "commands/bench/render.hh"
#include "bench/summary.hh"
#include "unit/args/parsed.hh"
#include "unit/report/fixtures.hh"
#include "unit/schema.hh"
#include "unit/term/plain.hh"

using namespace wqctl;

namespace {

Plan plan_of(const std::vector<std::string>& words, const Info& info = info_612())
{
    const auto flags = parsed<BenchFlags>(words);
    const Topology topology = two_sockets();
    return plan_bench(flags, varied_from(flags, topology), info, topology);
}

std::string refused(const std::vector<std::string>& words)
{
    return error_of([&] { plan_of(words); });
}

std::vector<std::string> names(const Plan& plan)
{
    std::vector<std::string> result;
    for (const BenchCell& cell : plan.cells)
        result.push_back(cell.cell.name);
    return result;
}

// Each cell with its speed, in a machine that is slower by half in every second pass, with 1 % of noise.
BenchResult measured(const std::vector<double>& speeds, unsigned passes)
{
    std::string axis = "depth=1";
    for (size_t i = 1; i < speeds.size(); i++)
        axis += "," + std::to_string(i + 1);
    BenchResult result;
    result.plan = plan_of({"--flags", "unbound", "--vary", axis, "--order-seed", "7"});
    result.kernel = "6.12.0";
    result.cpus = "0-7";
    result.passes = passes;
    result.elapsed_ns = 60'000'000'000;
    std::mt19937_64 random(3);
    std::normal_distribution<double> noise(0, 0.01);
    for (unsigned pass = 1; pass <= passes; pass++)
        for (size_t i = 0; i < speeds.size(); i++) {
            const double speed = speeds[i] * (pass % 2 ? 1 : 0.5) * std::exp(noise(random));
            result.plan.cells[i].rows[0].rounds.push_back({pass, pass * 1000, {speed, 7e3, 5e4, 2.5e3, 1e9 / speed}});
        }
    return result;
}

}  // namespace

TEST_CASE("a plan has the cells that make sense here, and says why not the others")
{
    const Plan plan = plan_of({"--vary", "flags=percpu,unbound,bh", "--sleep", "1ms"});
    CHECK(names(plan) == std::vector<std::string>{"flags=percpu", "flags=unbound"});
    REQUIRE(plan.left_out.size() == 1);
    CHECK(plan.left_out[0].name == "flags=bh");
    CHECK_THAT(plan.left_out[0].reason, Catch::Contains("sleep"));
    // This kernel has no WQ_PERCPU; per-CPU workqueues it has.
    CHECK(plan.cells[0].cell.scenario.workqueues[0].flags == 0);

    const Plan shards = plan_of({"--preset", "scopes"});
    REQUIRE(shards.left_out.size() == 2);
    CHECK_THAT(shards.left_out[0].reason, Catch::Contains("which this kernel does not have"));

    CHECK_THAT(refused({"--vary", "flags=bh", "--sleep", "1ms"}), Catch::Contains("sleep"));
}

TEST_CASE("every preset of bench is measured here")
{
    for (const std::string& name : bench_preset_names()) {
        INFO(name);
        const Plan plan = plan_of({"--preset", name});
        CHECK(plan.cells.size() >= 4);
        CHECK(*plan.round_ns >= 50'000'000);
    }
    CHECK_THAT(refused({"--preset", "scope"}), Catch::Contains("did you mean \"scopes\"?"));
    CHECK(plan_of({"--preset", "upstream"}).cells[0].cell.scenario.issuers[0].threads == 8);
    CHECK(widest(render_bench_presets(two_sockets(), plain(80))) <= 80);
}

TEST_CASE("flags of bench are read, and refused with what would be right")
{
    CHECK(plan_of({"--vary", "depth=1,2", "--precision", "0.5%"}).precision == Approx(0.005));
    CHECK_FALSE(plan_of({"--rounds", "3"}).budget_ns);
    CHECK(*plan_of({"--duration", "300ms"}).round_ns == 300'000'000);
    CHECK_FALSE(plan_of({"--items", "1000"}).round_ns);
    CHECK(plan_of({"--vary", "depth=1,2", "--baseline", "depth=2"}).baseline == 1);
    CHECK(names(plan_of({"--preset", "scopes", "--vary", "depth=4"})).size() == 5);

    CHECK_THAT(refused({"--vary", "depth=1,2", "--budget", "300ms"}),
               Catch::Contains("--budget 300ms is too small: a warm-up and two rounds of 2 cells"));
    CHECK_THAT(refused({"--vary", "depth=1,2", "--baseline", "depth=3"}),
               Catch::Contains("--baseline: there is no cell"));
    CHECK_THAT(refused({"--precision", "2"}), Catch::StartsWith("--precision: "));
    CHECK_THAT(refused({"--rounds", "1"}), Catch::Contains("--rounds"));
    CHECK_THAT(refused({"--preset", "scopes", "--depth", "3"}), Catch::StartsWith("--depth does not go with a preset"));
}

TEST_CASE("a budget that had no room for two rounds is said, where they end by items and nobody knew before")
{
    BenchResult result = measured({100e3, 103e3}, 2);
    const auto text = [&] { return render_bench(result, plain(200)); };
    CHECK_THAT(text(), !Catch::Contains("was over before"));
    result.plan.budget_ns = 1'000'000;
    CHECK_THAT(text(), Catch::Contains("--budget 1ms was over before each cell had two rounds"));
}

TEST_CASE("what drifts for all cells hides no difference between them")
{
    const BenchResult result = measured({100e3, 100e3, 103e3}, 14);
    const Summary summary = summarize(result);
    REQUIRE(summary.rows.size() == 3);
    CHECK(summary.rows[0].letters == "b");
    CHECK(summary.rows[1].letters == "b");
    CHECK(summary.rows[2].letters == "a");
    REQUIRE(summary.best);
    CHECK(summary.best->name == "depth=3");
    CHECK_FALSE(summary.rows[0].to_baseline);
    REQUIRE(summary.rows[2].to_baseline);
    CHECK(summary.rows[2].to_baseline->ratio == Approx(1.03).margin(0.01));
    REQUIRE(summary.rows[2].to_baseline->interval);
    CHECK(summary.rows[2].to_baseline->interval->low > 1);
    // The rounds themselves differ by half.
    CHECK(*widest(result.rows()) > 0.3);

    CHECK_FALSE(summarize(measured({100e3, 103e3}, 3)).best);
    CHECK_FALSE(summarize(measured({100e3}, 14)).best);
}

TEST_CASE("the best is ahead pass by pass, not only in the median of others' passes")
{
    // The machine slows down to a tenth; the second cell began then, and is always ahead.
    BenchResult result = measured({100e3, 110e3}, 20);
    for (Round& round : result.plan.cells[0].rows[0].rounds)
        round.figures[0] = round.pass <= 10 ? 100e3 : 10e3;
    std::vector<Round>& second = result.plan.cells[1].rows[0].rounds;
    std::erase_if(second, [](const Round& round) { return round.pass <= 10; });
    for (Round& round : second)
        round.figures[0] = 11e3;
    CHECK(summarize(result).rows[0].letters != summarize(result).rows[1].letters);
    CHECK_FALSE(summarize(result).best);
}

TEST_CASE("a cell that mostly does nothing is told of, and does not keep bench from being precise")
{
    BenchResult result = measured({100e3, 100e3}, 20);
    for (const size_t cell : {0, 1})
        for (Round& round : result.plan.cells[cell].rows[0].rounds)
            round.figures[0] = cell ? (round.pass % 5 ? 0 : 1) : 100e3;
    REQUIRE(widest(result.rows()));
    CHECK(*widest(result.rows()) == 0);
    CHECK_THAT(render_bench(result, plain(120)),
               Catch::Contains("a cell did no items in most rounds: depth=2; give --duration longer"));
    CHECK_THAT(render_bench(result, plain(120)), !Catch::Contains("intervals take"));
    CHECK_FALSE(widest(measured({0, 100e3}, 4).rows()));
}

TEST_CASE("who did nothing is behind who did something, in that pass")
{
    const auto with_idle_passes = [](unsigned idle) {
        BenchResult result = measured({100e3, 110e3}, 20);
        for (Round& round : result.plan.cells[1].rows[0].rounds)
            if (round.pass <= idle)
                round.figures[0] = 0;
        return result;
    };
    // Never; in none of 20, by the ratios of the passes that there are; in 9 of 20 nobody is sure.
    const BenchResult always = with_idle_passes(20);
    const Summary summary = summarize(always);
    CHECK(summary.rows[0].letters == "a");
    CHECK(summary.rows[1].letters == "b");
    REQUIRE(summary.best);
    CHECK(summary.best->name == "depth=1");
    CHECK_FALSE(summary.rows[1].to_baseline);

    const BenchResult never = with_idle_passes(0), often = with_idle_passes(9);
    REQUIRE(summarize(never).best);
    CHECK(summarize(never).best->name == "depth=2");
    CHECK_FALSE(summarize(often).best);
    CHECK(summarize(often).rows[0].letters == summarize(often).rows[1].letters);
    CHECK(summarize(often).rows[1].to_baseline->ratio == Approx(1.1).margin(0.02));
}

TEST_CASE("a ratio is told where there is one")
{
    // Of each line of a cell what stands behind its items/s and their interval: "1", "-", or a number.
    const auto ratio_of = [](const BenchResult& result, const std::string& cell) -> std::string {
        for (const std::string& line : lines_of(render_bench(result, plain(200)))) {
            std::istringstream words(line);
            std::string name, items, interval, ratio;
            if (words >> name >> items >> interval >> ratio && name == cell)
                return ratio;
        }
        return "no line";
    };
    const auto text = [](const BenchResult& result) { return render_bench(result, plain(200)); };
    BenchResult result = measured({100e3, 103e3, 99e3}, 20);
    CHECK(ratio_of(result, "depth=1") == "1");
    CHECK_THAT(ratio_of(result, "depth=2"), Catch::StartsWith("1.0"));
    CHECK_THAT(text(result), Catch::Contains("ratios are of items/s, to depth=1, pass by pass"));
    for (Round& round : result.plan.cells[1].rows[0].rounds)
        round.figures[0] = 0;
    CHECK(ratio_of(result, "depth=2") == "-");

    // The baseline could not be measured.
    result.plan.cells[0].error = "no memory";
    CHECK(ratio_of(result, "depth=2") == "-");
    CHECK(ratio_of(result, "depth=3") == "-");
    CHECK_THAT(text(result), !Catch::Contains("ratios are of") && Catch::Contains("rows that share a letter"));

    // Nothing varies, and there are two rows.
    BenchResult one = measured({100e3}, 20);
    one.plan.cells[0].cell.name = "";
    one.plan.cells[0].rows.push_back(one.plan.cells[0].rows[0]);
    one.plan.cells[0].rows[0].name = one.plan.cells[0].rows[0].workqueue = "first";
    one.plan.cells[0].rows[1].name = one.plan.cells[0].rows[1].workqueue = "second";
    CHECK_THAT(text(one), !Catch::Contains("ratio") && Catch::Contains("rows that share a letter"));
}

TEST_CASE("of many groups each has a letter of its own")
{
    std::vector<double> speeds;
    for (int i = 0; i < 60; i++)
        speeds.push_back(100e3 * std::pow(1.2, -i));
    BenchResult result = measured(speeds, 20);
    std::set<std::string> letters;
    for (const RowSummary& row : summarize(result).rows)
        letters.insert(row.letters);
    CHECK(letters.size() == 60);
    CHECK(letters.contains("a"));
    CHECK(letters.contains("Z"));
    CHECK(letters.contains(".a"));
    // The first two are one group then.
    for (Round& round : result.plan.cells[1].rows[0].rounds)
        round.figures[0] = *result.plan.cells[0].rows[0].rounds[round.pass - 1].figures[0] *
                           (round.pass % 4 < 2 ? 2 : 0.5);
    CHECK_THAT(render_bench(result, plain(200)),
               Catch::Contains("none is surely the best: depth=1, depth=2") && !Catch::Contains("depth=2, depth"));
}

TEST_CASE("a bench fits its schema, and a terminal")
{
    BenchResult result = measured({100e3, 100e3, 103e3}, 14);
    result.plan.cells[1].error = "the kernel refused \"3\" for /sys/…";
    result.plan.left_out.push_back({"flags=bh", "items of a BH workqueue can't sleep"});
    for (const BenchResult& one : {result, measured({100e3}, 0), measured({1, 2}, 3)}) {
        CHECK(violations(load_schema("bench"), bench_to_json(one)) == std::vector<std::string>{});
        for (const unsigned width : {80u, 120u})
            CHECK(widest(render_bench(one, plain(width))) <= width);
    }
    const std::string text = render_bench(result, plain(120));
    CHECK_THAT(text, Catch::Contains("left out: flags=bh: items of a BH workqueue can't sleep"));
    CHECK_THAT(text, Catch::Contains("not measured: depth=2: the kernel refused"));
    CHECK_THAT(text, Catch::Contains("best: depth=3"));
    CHECK_THAT(text, Catch::Contains("the widest interval of items/s is"));
}

TEST_CASE("a round's figures are those of its run")
{
    const RunReport report = make_report({"a"});
    const Figures figures = figures_of(report.workqueues[0], 1234.0);
    CHECK(*figures[0] == report.workqueues[0].items_per_s());
    const Latency& wait = report.workqueues[0].latency[WQLAB_LATENCY_WAIT];
    CHECK(*figures[1] == Approx(static_cast<double>(wait.percentile(0.5))).epsilon(0.02));
    CHECK(*figures[4] == 1234.0);
    CHECK_FALSE(figures_of(WorkqueueReport(), {})[1]);
}
