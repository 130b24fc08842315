// SPDX-License-Identifier: GPL-2.0
// wqctl latency, from the wire to what it prints.
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "commands/latency/flags.hh"
#include "report/recording_requests.hh"
#include "wire/message.hh"
#include "unit/args/parsed.hh"
#include "unit/report/fixtures.hh"
#include "commands/latency/render.hh"
#include "unit/schema.hh"
#include "unit/term/plain.hh"
#include "text/units.hh"

using namespace wqctl;

namespace {

void add(Latency& latency, uint64_t ns, uint64_t n = 1)
{
    Latency one;
    one.count = n;
    one.sum = n * ns;
    one.min = one.max = ns;
    one.add_bucket(Latency::Geometry::index(ns), n);
    latency.merge(one);
}

LatencyRow row(const char* workqueue, uint64_t identity, const char* function, uint32_t cpu, uint64_t pending,
               uint64_t n)
{
    LatencyRow row;
    row.workqueue = workqueue;
    row.identity = identity;
    row.function = function;
    row.cpu = cpu;
    add(row.stages[WQLAB_STAGE_INACTIVE], 40, n);
    add(row.stages[WQLAB_STAGE_PENDING], pending, n);
    add(row.stages[WQLAB_STAGE_RUN], 10'000, n);
    return row;
}

LatencyRecording sample()
{
    LatencyRecording recording;
    recording.kernel = "6.12.0-test";
    recording.elapsed_ns = 5'000'000'000;
    recording.probes = 4000;
    recording.probes_timed = 100;
    recording.probes_ns = 8000;
    recording.memory_bytes = 14 << 20;
    recording.rows = {
        row("events", 0x12345678, "vmstat_shepherd", 0, 5'000, 10),
        row("events", 0x12345678, "vmstat_shepherd", 1, 9'000, 20),
        row("events", 0x12345678, "psi_avgs_work", 0, 1'000'000, 5),
        row("events", 0xabcdef01, "vmstat_shepherd", 0, 7'000, 1),
        row("kblockd", 0x55555555, "blk_mq_run_work_fn", 3, 2'000, 964),
    };
    LatencyRow unseen;
    unseen.function = "process_srcu";
    unseen.cpu = 2;
    add(unseen.stages[WQLAB_STAGE_RUN], 123);
    recording.rows.push_back(unseen);
    recording.unpaired = 1;
    return recording;
}

LatencyView view(const char* pattern = "", const char* by = "item", const char* sort = "executed")
{
    return {pattern, choose(by, kLatencyGroupings, "grouping"), choose(sort, kLatencyOrders, "order")};
}

}  // namespace

TEST_CASE("a recording's messages are read, a key's chunks together")
{
    LatencyRecording recording;
    Message summary;
    summary.put_u64(WQLAB_A_LATENCY_ELAPSED, 7);
    summary.put_u64(WQLAB_A_LATENCY_PROBES, 400);
    summary.put_u64(WQLAB_A_LATENCY_PROBES_TIMED, 4);
    summary.put_u64(WQLAB_A_LATENCY_PROBES_NS, 200);
    summary.put_u64(WQLAB_A_LATENCY_UNPAIRED, 1);
    summary.put_u64(WQLAB_A_LATENCY_LOST_ITEMS, 2);
    summary.put_u64(WQLAB_A_LATENCY_LOST_KEYS, 3);
    summary.put_u64(WQLAB_A_LATENCY_WAITING, 4);
    summary.put_u64(WQLAB_A_LATENCY_RUNNING, 5);
    decode_part(Attributes(summary.stream()), recording);
    CHECK(recording.rows.empty());

    const auto part = [&](uint32_t index, uint32_t cpu, uint32_t stage, uint32_t bucket) {
        Message message;
        {
            Message::Nest key(message, WQLAB_A_LATENCY_KEY);
            message.put_u32(WQLAB_A_LATENCY_KEY_INDEX, index);
            message.put_string(WQLAB_A_LATENCY_KEY_WQ_NAME, "events");
            message.put_u64(WQLAB_A_LATENCY_KEY_WQ_IDENTITY, 77);
            message.put_string(WQLAB_A_LATENCY_KEY_FUNCTION, "f [m]");
            message.put_u32(WQLAB_A_LATENCY_KEY_CPU, cpu);
            Message::Nest nest(message, WQLAB_A_LATENCY_KEY_HISTOGRAM);
            message.put_u32(WQLAB_A_HISTOGRAM_WHICH, stage);
            message.put_u64(WQLAB_A_HISTOGRAM_COUNT, 25);
            message.put_u64(WQLAB_A_HISTOGRAM_MAX_VALUE, 5000);
            message.put_u32(WQLAB_A_HISTOGRAM_ROW_SIZE, sizeof(wqlab_bucket));
            message.put_u32_array(WQLAB_A_HISTOGRAM_BUCKETS, {20, 0, bucket, 0, 5, 0, bucket + 1, 0});
        }
        decode_part(Attributes(message.stream()), recording);
    };
    part(0, 3, WQLAB_STAGE_PENDING, 100);
    part(0, 3, WQLAB_STAGE_PENDING, 200);
    part(0, 3, WQLAB_STAGE_RUN, 7);
    part(1, 3, WQLAB_STAGE_RUN, 7);
    // What nobody should send.
    part(1, 3, 99, 7);
    part(1, 3, WQLAB_STAGE_INACTIVE, UINT32_MAX - 1);

    CHECK(recording.elapsed_ns == 7);
    CHECK(recording.ns_per_probe() == 50);
    CHECK(recording.waiting == 4);
    CHECK(recording.running == 5);
    CHECK(recording.lost_items + recording.lost_keys == 5);
    REQUIRE(recording.rows.size() == 2);
    const LatencyRow& first = recording.rows.front();
    CHECK(first.workqueue == "events");
    CHECK(first.identity == 77);
    CHECK(first.function == "f [m]");
    CHECK(first.cpu == 3u);
    CHECK(first.stages[WQLAB_STAGE_PENDING].buckets.size() == 4);
    CHECK(first.stages[WQLAB_STAGE_PENDING].count == 25);
    CHECK(first.executed() == 25);
    CHECK(recording.ns_per_item() == 50 * 400 / 50.0);
    CHECK(recording.rows.back().stages[WQLAB_STAGE_INACTIVE].buckets.empty());
}

TEST_CASE("rows are put together by what is asked for")
{
    const LatencyRecording recording = sample();
    const auto items = view().rows(recording);
    REQUIRE(items.size() == 5);
    CHECK(items[0].workqueue == "kblockd");
    CHECK(items[1].function == "vmstat_shepherd");
    CHECK(items[1].executed() == 30);
    CHECK(items[1].stages[WQLAB_STAGE_PENDING].min == 5'000);
    CHECK(items[1].stages[WQLAB_STAGE_PENDING].max == 9'000);
    CHECK_FALSE(items[1].cpu);

    // Two workqueues are called events, and are two.
    const auto workqueues = view("", "wq", "name").rows(recording);
    REQUIRE(workqueues.size() == 4);
    CHECK(workqueues[1].executed() + workqueues[2].executed() == 36);
    CHECK(workqueues[1].workqueue == workqueues[2].workqueue);

    const auto functions = view("", "function").rows(recording);
    REQUIRE(functions.size() == 4);
    CHECK(functions[1].function == "vmstat_shepherd");
    CHECK(functions[1].executed() == 31);

    CHECK(view("", "cpu").rows(recording).size() == 6);
    CHECK(view("", "item", "pending").rows(recording).front().function == "psi_avgs_work");
}

TEST_CASE("a pattern selects workqueues by name")
{
    const LatencyRecording recording = sample();
    CHECK(view("event").rows(recording).size() == 3);
    CHECK(view("^kb").rows(recording).size() == 1);
    CHECK(view("b|s$").rows(recording).size() == 4);
    // Who has no workqueue is of none that anybody asked for.
    CHECK(view(".*").rows(recording).size() == 4);
    CHECK(view("nothing").rows(recording).empty());
    CHECK(error_of([] { view("ev[ents").check(); }) == "\"ev[ents\" is no regular expression: a [ is not closed");
    CHECK(error_of([] { view("", "workqueue"); }) ==
          "there is no grouping \"workqueue\"; the groupings are item, wq, function, cpu and queuer");
    CHECK(error_of([] { view("", "item", "pendign"); }) == "there is no order \"pendign\"; did you mean \"pending\"?");
}

TEST_CASE("a recording is shown with what it cost and what is missing from it")
{
    LatencyRecording recording = sample();
    recording.lost_items = 1;
    recording.waiting = 1234;
    const std::string text = render_latency(recording, view(), plain(140));
    CHECK_THAT(text, Catch::Contains("1,001 items in 5.00s on Linux 6.12.0-test"));
    CHECK_THAT(text, Catch::Contains("80ns a probe"));
    CHECK_THAT(text, Catch::Contains("319ns an item"));
    CHECK_THAT(text, Catch::Contains("events #12345678") && Catch::Contains("events #abcdef01"));
    CHECK_THAT(text, Catch::Contains("inactive: behind max_active"));
    CHECK_THAT(text, Catch::Contains("1 execution was of items queued before"));
    CHECK_THAT(text, Catch::Contains("1 item was given up because too many"));
    CHECK_THAT(text, Catch::Contains("1,234 items were queued and had not begun"));
    CHECK_THAT(text, Catch::Contains("pending, from activation"));
    CHECK_THAT(text, !Catch::Contains("still executing"));
    // One row: all three stages as pictures, and no identity that nobody needs.
    const std::string one = render_latency(recording, view("kblockd", "wq"), plain(140));
    CHECK_THAT(one,
               Catch::Contains("inactive, from") && Catch::Contains("pending, from") && Catch::Contains("run, from"));
    CHECK_THAT(one, !Catch::Contains("kblockd #"));
    // Where the machine's workqueues are known: as dump calls them.
    recording.labels = {{0x12345678, "events (system_wq)"}};
    CHECK_THAT(render_latency(recording, view(), plain(140)),
               Catch::Contains("events (system_wq)") && Catch::Contains("events #abcdef01"));
    CHECK_THAT(render_latency(recording, view("none"), plain(80)), Catch::Contains("\"none\" in it executed anything"));
    CHECK_THAT(render_latency({}, view(), plain(80)), Catch::Contains("nothing was executed"));
    CHECK_THAT(latency_progress(1'000'000'000, 4'000'000'000, plain(80)),
               Catch::Contains(" 25%  recording  3.0s left"));
}

TEST_CASE("a recording's JSON is as its schema says")
{
    const nlohmann::json schema = load_schema("latency");
    for (const auto& [by, value, help] : kLatencyGroupings)
        for (const LatencyRecording& recording : {sample(), LatencyRecording{}}) {
            const nlohmann::json document = nlohmann::json::parse(
                latency_recording_to_json(recording, view("", by.data())));
            INFO(by);
            CHECK(violations(schema, document) == std::vector<std::string>{});
        }
    const nlohmann::json document = nlohmann::json::parse(latency_recording_to_json(sample(), view("", "cpu")));
    CHECK(document["cost"]["ns_per_probe"] == 80.0);
    const nlohmann::json& first = document["rows"][0];
    CHECK(first["workqueue"] == "kblockd");
    CHECK(first["cpu"] == 3);
    CHECK(first["stages_ns"]["inactive"]["count"] == 964);
    const nlohmann::json by_name = nlohmann::json::parse(latency_recording_to_json(sample(), view("", "item", "name")));
    CHECK(by_name["rows"][0]["function"] == "process_srcu");
    CHECK(by_name["rows"][0]["workqueue"].is_null());
}

TEST_CASE("latency's flags are read")
{
    const LatencyFlags flags = parsed<LatencyFlags>({"^ev", "-d", "2", "--by", "cpu", "--sort", "run", "--json"});
    CHECK(flags.view.pattern == "^ev");
    CHECK(flags.view.by == LatencyGrouping::kCpu);
    CHECK(flags.view.order == LatencyOrder::kRun);
    CHECK(flags.json);
    CHECK(parse_seconds(flags.duration) == 2'000'000'000);
    CHECK(parse_seconds("250ms") == 250'000'000);
    CHECK(parse_seconds("0.5") == 500'000'000);
    CHECK_FALSE(error_of([] { parse_seconds("soon"); }).empty());
    CHECK(parsed<LatencyFlags>({}).duration == "5s");
}
