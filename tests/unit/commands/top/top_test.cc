// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <catch2/catch.hpp>

#include "commands/top/flags.hh"
#include "unit/args/parsed.hh"
#include "unit/report/fixtures.hh"
#include "commands/top/model.hh"
#include "term/style.hh"
#include "commands/top/screen.hh"
#include "unit/snapshot/snapshot_maker.hh"

using namespace wqctl;

namespace {

constexpr uint64_t kMs = 1'000'000;
constexpr const char* kLongName = "events_freezable_pwr_efficient_x";
constexpr const char* kLongFunction = "a_function_whose_name_is_quite_long_and_then_some [some_module]";

// A second's work: 1000 items on "fast", none on "stuck".
TopData second_sample()
{
    TopModel model;
    TopData data;
    for (uint64_t second : {1, 2}) {
        SnapshotMaker maker(second * 1000 * kMs);
        const uint32_t fast = maker.workqueue(
            1, "fast", WQLAB_WQ_PERCPU, {{1, 1000 * second, 1000 * second - 1, 250'000 * second, 1, 0, 4 * second}});
        const uint32_t stuck = maker.workqueue(2, "stuck", WQLAB_WQ_UNBOUND, {{2, 1, 0, 0, 3, 40}});
        maker.workqueue(3, kLongName, WQLAB_WQ_UNBOUND | WQLAB_WQ_MEM_RECLAIM, {{3, 7, 7}});
        maker.pool(0, 0);
        maker.pool(8, -1, 2500 * kMs);
        maker.busy_worker(100, 0, fast, "fast_fn", 2 * kMs);
        maker.busy_worker(101, 8, stuck, kLongFunction, 9000 * kMs,
                          WQLAB_WORKER_SLEEPING | WQLAB_WORKER_SINCE_AT_LEAST);
        maker.idle_worker(102, 0, 60'000 * kMs);
        maker.work(8, stuck, kLongFunction);
        maker.work(8, stuck, kLongFunction);
        maker.work(8, stuck, kLongFunction, WQLAB_WORK_INACTIVE);
        maker.hog("hog_fn", 7);
        data = model.take(maker.snapshot);
    }
    return data;
}

std::string text_of(const ScreenLine& line)
{
    std::string text;
    for (const Span& span : line)
        text += span.text;
    return text;
}

std::string screen(const TopData& data, TopUi& ui, size_t width, size_t height)
{
    std::string text;
    for (const ScreenLine& line : lay_out(data, ui, "12:00:00", {width, height}, Charset::kUtf8))
        text += text_of(line) + "\n";
    return text;
}

std::string first_cells(const TopData& data, const TopUi& ui)
{
    std::string text;
    for (const TopTable::Row& row : arrange(data, ui, Charset::kUtf8).rows)
        text += row.cells[0] + " ";
    return text;
}

void press(TopUi& ui, const std::string& keys)
{
    for (const char key : keys)
        ui.handle(Key::of(key));
}

}  // namespace

TEST_CASE("a worker runs while a CPU has it, also if it is about to sleep")
{
    WorkerRow row;
    row.is_busy = true;
    row.flags = WQLAB_WORKER_SLEEPING;
    CHECK(row.state() == "sleeping");
    row.flags = WQLAB_WORKER_SLEEPING | WQLAB_WORKER_ON_CPU;
    CHECK(row.state() == "running");
    row.flags = 0;
    CHECK(row.state() == "runnable");
    row.flags = WQLAB_WORKER_BH | WQLAB_WORKER_ON_CPU;
    CHECK(row.state() == "softirq");
    row.is_busy = false;
    CHECK(row.state() == "idle");
}

TEST_CASE("top: rows of snapshots")
{
    const TopData data = second_sample();
    REQUIRE(data.workqueues.size() == 3);
    CHECK(*data.workqueues[0].items_per_s == 1000);
    CHECK(*data.workqueues[0].cpus == 0.25);
    CHECK(data.workqueues[0].busy == 1);
    CHECK(data.workqueues[0].depth() == 0);
    CHECK_FALSE(data.workqueues[0].wait_ns);
    // Two wait for a worker, forty for max_active.
    CHECK(data.workqueues[1].depth() == 42);
    CHECK(data.workqueues[1].wait_ns == 2500 * kMs);
    CHECK(data.workqueues[2].is_quiet());

    REQUIRE(data.workers.size() == 3);
    CHECK(data.workers[0].state() == "running");
    CHECK(data.workers[1].state() == "sleeping");
    CHECK(data.workers[1].workqueue == "stuck");
    CHECK(data.workers[2].state() == "idle");
    CHECK(data.workers[2].for_ns == 60'000 * kMs);

    REQUIRE(data.functions.size() == 3);
    const FunctionRow& function = data.functions[0];
    CHECK(function.function == kLongFunction);
    CHECK(function.busy == 1);
    CHECK(function.pending == 2);
    CHECK(function.inactive == 1);
    CHECK(function.workqueues == "stuck");
    CHECK(function.longest_is_bound);

    CHECK(data.pools[1].kind == "unbound");
    CHECK(data.pools[1].cpus == "0-3");
    CHECK(data.summary.busy == 2);
    CHECK(data.summary.idle == 2);
    CHECK(data.summary.workers == 6);
    CHECK(data.summary.hogs == 8);
    CHECK(data.summary.new_hogs == 4);
    CHECK(data.summary.wait_ns == 2500 * kMs);
    CHECK(*data.summary.items_per_s == 1000);
}

TEST_CASE("top: a first sample has no rates")
{
    SnapshotMaker maker;
    maker.workqueue(1, "one", 0, {{1, 5, 5}});
    const TopData data = TopModel().take(maker.snapshot);
    CHECK_FALSE(data.workqueues[0].items_per_s);
    TopUi ui;
    CHECK_THAT(screen(data, ui, 80, 24), Catch::Contains("items/s -"));
}

TEST_CASE("top: keys sort, reverse, filter and hide")
{
    const TopData data = second_sample();
    TopUi ui;
    CHECK(first_cells(data, ui) == "fast stuck " + std::string(kLongName) + " ");
    press(ui, "d");
    CHECK_THAT(first_cells(data, ui), Catch::StartsWith("stuck "));
    press(ui, "c");
    CHECK_THAT(first_cells(data, ui), Catch::StartsWith("fast "));
    press(ui, "w");
    CHECK_THAT(first_cells(data, ui), Catch::StartsWith("stuck "));
    press(ui, "n");
    CHECK_THAT(first_cells(data, ui), Catch::StartsWith(kLongName));
    press(ui, "R");
    CHECK_THAT(first_cells(data, ui), Catch::StartsWith("stuck "));
    press(ui, "R>");
    CHECK_THAT(first_cells(data, ui), Catch::StartsWith("fast "));
    press(ui, "i");
    CHECK(first_cells(data, ui) == "fast stuck ");
    press(ui, "/uck");
    CHECK_THAT(screen(data, ui, 80, 24), Catch::Contains("filter: uck_"));
    ui.handle({Key::kEnter, 0});
    CHECK(first_cells(data, ui) == "stuck ");
    CHECK_THAT(screen(data, ui, 80, 24), Catch::Contains("filter uck"));
    press(ui, "/(");
    ui.handle({Key::kEnter, 0});
    CHECK_THAT(ui.message, Catch::Contains("no regular expression"));
    CHECK(first_cells(data, ui) == "stuck ");
    press(ui, "/x");
    ui.handle({Key::kBackspace, 0});
    ui.handle({Key::kEnter, 0});
    CHECK(first_cells(data, ui) == "fast stuck ");
    press(ui, "/q");
    ui.handle({Key::kEscape, 0});
    CHECK_FALSE(ui.typing);

    press(ui, "2");
    CHECK(first_cells(data, ui) == "101 100 ");
    press(ui, "i");
    CHECK(first_cells(data, ui) == "101 100 102 ");
    press(ui, "/fast");
    ui.handle({Key::kEnter, 0});
    CHECK(first_cells(data, ui) == "100 ");
    press(ui, "d");
    CHECK_THAT(ui.message, Catch::Contains("nothing to sort by"));
}

TEST_CASE("top: other keys")
{
    TopUi ui;
    CHECK(ui.handle(Key::of('q')) == TopUi::Wish::kQuit);
    CHECK(ui.handle(Key::of('+')) == TopUi::Wish::kNewInterval);
    CHECK(ui.interval_ns == 2000 * kMs);
    press(ui, "--");
    CHECK(ui.interval_ns == 500 * kMs);
    press(ui, "----------");
    CHECK(ui.interval_ns == 100 * kMs);
    press(ui, "++++++++++++++++");
    CHECK(ui.interval_ns == 60'000 * kMs);
    press(ui, " ");
    CHECK(ui.is_paused);
    press(ui, "?");
    CHECK(ui.shows_help);
    press(ui, " ");
    CHECK_FALSE(ui.shows_help);
    CHECK(ui.is_paused);
    ui.handle({Key::kTab, 0});
    CHECK(ui.view == TopView::kWorkers);
    ui.handle({Key::kUp, 0});
    ui.handle({Key::kLeft, 0});
    CHECK(ui.first_row == 0);
    CHECK(ui.first_column == 0);
}

TEST_CASE("top: no size of a screen is exceeded, and no view leaves one empty")
{
    const TopData data = second_sample();
    for (const char* keys : {"1", "2", "3", "4", "h"})
        for (size_t width : {1u, 2u, 5u, 17u, 33u, 40u, 79u, 80u, 81u, 132u, 200u, 400u})
            for (size_t height : {1u, 2u, 3u, 4u, 6u, 24u, 50u})
                for (size_t right : {0u, 1u, 3u, 99u}) {
                    TopUi ui;
                    press(ui, keys);
                    ui.first_column = right;
                    ui.first_row = 1000;
                    INFO(keys << " " << width << "x" << height << " from column " << right);
                    const auto lines = lay_out(data, ui, "12:00:00", {width, height}, Charset::kUtf8);
                    CHECK(lines.size() <= height);
                    CHECK_FALSE(lines.empty());
                    for (const ScreenLine& line : lines)
                        CHECK(display_width(text_of(line)) <= width);
                }
    TopUi ui;
    CHECK(lay_out(data, ui, "", {0, 0}, Charset::kUtf8).empty());
}

TEST_CASE("top: at 80 columns names are whole, numbers are whole or absent, and the arrows bring the rest")
{
    const TopData data = second_sample();
    TopUi ui;
    std::string text = screen(data, ui, 80, 24);
    CHECK_THAT(text, Catch::Contains(kLongName) && Catch::Contains("1.00k") && Catch::Contains("2.50s"));
    CHECK_THAT(text, !Catch::Contains("rescued"));
    for (int i = 0; i < 20; i++)
        ui.handle({Key::kRight, 0});
    text = screen(data, ui, 80, 24);
    CHECK_THAT(text, Catch::Contains(kLongName) && Catch::Contains("unbound mem_reclaim"));

    TopUi workers;
    press(workers, "2");
    // Shown in part, with a mark.
    CHECK_THAT(screen(data, workers, 60, 24), Catch::Contains("a_function_whose_name_is_quite_long>"));
    for (int i = 0; i < 2; i++)
        workers.handle({Key::kRight, 0});
    CHECK_THAT(screen(data, workers, 80, 24), Catch::Contains(kLongFunction));
    CHECK_THAT(screen(data, workers, 80, 24), Catch::Contains("pid   <function"));

    CHECK_THAT(screen(data, ui, 200, 50), Catch::Contains("items/s 1.00k") && Catch::Contains("hogs 8 (+4)"));
}

TEST_CASE("top: rows scroll and stop at their ends")
{
    const TopData data = second_sample();
    TopUi ui;
    // Settings, title, one row, hints.
    std::string text = screen(data, ui, 200, 5);
    CHECK_THAT(text, Catch::Contains("1-1 of 3"));
    ui.handle({Key::kDown, 0});
    text = screen(data, ui, 200, 5);
    CHECK_THAT(text, Catch::Contains("2-2 of 3") && Catch::Contains("stuck"));
    ui.handle({Key::kEnd, 0});
    CHECK_THAT(screen(data, ui, 200, 5), Catch::Contains("3-3 of 3"));
    ui.handle({Key::kPageDown, 0});
    CHECK_THAT(screen(data, ui, 200, 5), Catch::Contains("3-3 of 3"));
    ui.handle({Key::kHome, 0});
    CHECK_THAT(screen(data, ui, 200, 5), Catch::Contains("1-1 of 3"));
}

TEST_CASE("top: help fits 80x24")
{
    CHECK(top_help().size() <= 23);
    for (const std::string& line : top_help())
        CHECK(display_width(line) <= 80);
}

TEST_CASE("top: text has everything, whole")
{
    const TopData data = second_sample();
    TopUi ui;
    const std::string workqueues = render_top_text(data, ui, "12:00:00", 80, Charset::kAscii);
    for (const char* part :
         {"wqctl top 12:00:00", "items/s 1.00k", kLongName, "rescued", "unbound mem_reclaim", "not freezing"})
        CHECK_THAT(workqueues, Catch::Contains(part));
    press(ui, "2");
    const std::string workers = render_top_text(data, ui, "12:00:00", 80, Charset::kAscii);
    CHECK_THAT(workers, Catch::Contains(kLongFunction) && Catch::Contains(">=9.00s") && Catch::Contains("sleeping"));
    CHECK(std::all_of(workers.begin(), workers.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
}

TEST_CASE("wqctl top is understood")
{
    const TopFlags flags = parsed<TopFlags>({"-b", "-d", "0.5", "-n", "3", "--view", "workers", "-i", "kblockd"});
    CHECK(flags.batch);
    CHECK(flags.hides_quiet);
    CHECK(flags.delay == "0.5");
    CHECK(flags.count == "3");
    CHECK(flags.view == TopView::kWorkers);
    CHECK(flags.patterns == std::vector<std::string>{"kblockd"});
}
