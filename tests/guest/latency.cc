// SPDX-License-Identifier: GPL-2.0
// Latency recordings against what is known of the load: wqlab's own runs, of
// which every item is accounted for.
//
// What holds of each item, and so of means and percentiles: what the
// tracepoints call waiting is a part of what the run calls waiting, and the
// function's body is a part of what the tracepoints call its run.
#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "report/recording_requests.hh"
#include "wire/lab.hh"
#include "kernel_struct.hh"
#include "lab.hh"
#include "text/error.hh"

using namespace wqctl;

namespace {

// A recording of what a load does, on a socket of its own.
LatencyRecording recorded(const std::function<void()>& load)
{
    Lab lab;
    start_latency(lab);
    load();
    stop_latency(lab);
    return fetch_latency(lab);
}

std::vector<LatencyRow> rows_of(const LatencyRecording& recording, const std::string& name,
                                LatencyGrouping by = LatencyGrouping::kWorkqueue)
{
    return LatencyView{"^wqlab[0-9]+-" + name + "$", by, LatencyOrder::kName}.rows(recording);
}

// A run on a workqueue of that name, and what was recorded of it.
struct Observed {
    LatencyRecording recording;
    LatencyRow row;
    json wq;
};

Observed observe(const std::string& name, Words words)
{
    words.insert(words.end(), {"--name", name});
    Observed seen;
    seen.recording = recorded([&] { seen.wq = run_one(words); });
    const auto rows = rows_of(seen.recording, name);
    REQUIRE(rows.size() == 1);
    seen.row = rows.front();
    INFO("lost " << seen.recording.lost_items << " " << seen.recording.lost_keys);
    CHECK(seen.recording.lost_keys == 0);
    CHECK(seen.row.executed() == seen.wq["executed"]);
    return seen;
}

const Latency& inactive(const Observed& seen) { return seen.row.stages[WQLAB_STAGE_INACTIVE]; }
const Latency& pending(const Observed& seen) { return seen.row.stages[WQLAB_STAGE_PENDING]; }
const Latency& execution(const Observed& seen) { return seen.row.stages[WQLAB_STAGE_RUN]; }

// Every item was paired, and its times lie within those of the run.
void check_within_the_run(const Observed& seen)
{
    CHECK(seen.recording.lost_items == 0);
    const uint64_t executed = seen.wq["executed"];
    CHECK(inactive(seen).count == executed);
    CHECK(pending(seen).count == executed);
    const json& wait = seen.wq["latency_ns"]["wait"];
    const json& run = seen.wq["latency_ns"]["run"];
    if (wait["count"] != executed)
        return;  // some were drained, and not timed
    CHECK(inactive(seen).mean() + pending(seen).mean() <= wait["mean"].get<double>() + 1);
    CHECK(execution(seen).mean() + 1 >= run["mean"].get<double>());
    // Each reported by the middle of its bucket.
    constexpr double slack = 1 + 2 * Latency::Geometry::kWorstErrorPpm / 1e6;
    for (const auto& [key, fraction] : {std::pair{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}}) {
        INFO(key);
        CHECK(static_cast<double>(pending(seen).percentile(fraction)) <= wait[key].get<double>() * slack + 1);
        CHECK(static_cast<double>(execution(seen).percentile(fraction)) * slack + 1 >= run[key].get<double>());
    }
}

bool somebody_records()
{
    const std::string said = refusal([] {
        Lab stranger;
        stop_latency(stranger);
    });
    return said.find("another socket's") != std::string::npos;
}

bool no_runs()
{
    const Outcome list = tool({"list", "--json"});
    return list.status == 0 && json::parse(list.out)["runs"].empty();
}

}  // namespace

TEST_CASE("each item of any kind of workqueue is recorded once, on its CPU", "[inspect]")
{
    for (const char* flags : {"percpu", "highpri,mem_reclaim", "unbound", "bh", "bh,highpri", "cpu_intensive"}) {
        INFO(flags);
        Words words = {"--items", "3000", "--depth", "8", "--issuers", "3"};
        if (flags != std::string("percpu"))
            words.insert(words.end(), {"--flags", flags});
        if (!kernel_runs(words))
            continue;
        const Observed seen = observe("kind", words);
        check_within_the_run(seen);
        if (flags == std::string("unbound"))
            continue;  // may end elsewhere than it began
        std::map<uint32_t, uint64_t> by_tracepoint, by_run;
        for (const LatencyRow& row : rows_of(seen.recording, "kind", LatencyGrouping::kCpu))
            by_tracepoint[row.cpu.value()] = row.executed();
        for (const json& cpu : seen.wq["cpus"])
            if (const uint64_t executed = cpu["executed"])
                by_run[cpu["cpu"].get<uint32_t>()] = executed;
        CHECK(by_tracepoint == by_run);
    }
}

TEST_CASE("what max_active holds back is inactive, and not pending", "[inspect]")
{
    const Words load = {"--flags", "unbound", "--items", "100", "--depth", "4", "--issuers", "1", "--sleep", "5ms"};
    Words one = load;
    one.insert(one.end(), {"--max-active", "1"});
    const Observed throttled = observe("throttled", one);
    check_within_the_run(throttled);
    // Three are before it, unless the issuer was late with it each of a hundred times.
    CHECK(inactive(throttled).max >= 12'000'000);
    CHECK(inactive(throttled).percentile(0.5) >= 5'000'000);
    CHECK(execution(throttled).min >= 5'000'000);
    const Observed free = observe("free", load);
    check_within_the_run(free);
    CHECK(inactive(free).percentile(0.5) < inactive(throttled).percentile(0.5));
    CHECK(execution(free).min >= 5'000'000);
}

TEST_CASE("a delayed item is queued when its timer fires", "[inspect]")
{
    const Observed seen = observe("delayed", {"--delay", "20ms", "--items", "100", "--depth", "16"});
    check_within_the_run(seen);
    // Jiffies count the delay: it may begin in the middle of one.
    CHECK(inactive(seen).mean() + pending(seen).mean() + 16e6 <= seen.wq["latency_ns"]["wait"]["mean"].get<double>());
    check_within_the_run(observe("rcu", {"--rcu", "--items", "100", "--depth", "16"}));
}

TEST_CASE("items that are cancelled, requeued, modified and coalesced keep their own times", "[inspect]")
{
    const Words loads[] = {
        {"--ordered", "--items", "3000", "--depth", "32", "--spin", "5us", "--cancel", "40"},
        {"--delay", "1ms", "--items", "1000", "--depth", "32", "--cancel", "50"},
        {"--delay", "0ns", "--flags", "unbound", "--items", "3000", "--depth", "32", "--mod", "100"},
        {"--flags", "unbound", "--chain", "19", "--items", "4000", "--issuers", "2", "--depth", "2"},
        {"--flags", "bh", "--chain", "19", "--items", "4000", "--issuers", "2", "--depth", "2"},
        {"--flags", "unbound", "--rate", "50k", "--coalesce", "--issuers", "2", "--depth", "1", "--spin", "5us",
         "--items", "5000"},
        {"--flags", "unbound", "--items", "2000", "--depth", "16", "--flush", "30", "--spin", "2us"},
    };
    for (const Words& load : loads) {
        std::string line;
        for (const std::string& word : load)
            line += " " + word;
        INFO(line);
        if (kernel_runs(load))
            check_within_the_run(observe("odd", load));
    }
}

TEST_CASE("more items in flight than most machines have are all counted", "[inspect]")
{
    const Observed seen = observe(
        "many", {"--flags", "unbound", "--max-active", "1", "--issuers", "4", "--depth", "4096", "--items", "40000"});
    CHECK(inactive(seen).count + seen.recording.lost_items >= seen.row.executed());
    CHECK(seen.recording.unpaired <= seen.recording.lost_items + 100);
}

TEST_CASE("of an item queued before the recording only its run is known", "[inspect]")
{
    // The second waits for the first, which sleeps until the run is killed.
    Process victim({"wqctl", "run", "--no-progress", "--name", "early", "--ordered", "--issuers", "1", "--depth", "2",
                    "--items", "2", "--sleep", "1h"});
    REQUIRE(eventually([] {
        const json runs = json::parse(tool({"list", "--json"}).out)["runs"];
        return runs.size() == 1 && runs[0]["queued"] == 2;
    }));
    const LatencyRecording recording = recorded([&] {
        victim.signal(SIGKILL);
        victim.wait();
        REQUIRE(eventually(no_runs));
    });
    CHECK(recording.unpaired >= 1);
    const auto rows = rows_of(recording, "early", LatencyGrouping::kCpu);
    REQUIRE(rows.size() == 1);
    CHECK(rows.front().executed() == 1);
    CHECK(rows.front().stages[WQLAB_STAGE_INACTIVE].empty());
    CHECK(rows.front().stages[WQLAB_STAGE_PENDING].empty());
}

TEST_CASE("an item that has not ended is told of, and not counted", "[inspect]")
{
    Lab lab;
    start_latency(lab);
    Process runner({"wqctl", "run", "--no-progress", "--name", "unended", "--ordered", "--issuers", "1", "--depth", "2",
                    "--items", "2", "--sleep", "1h"});
    REQUIRE(eventually([&] {
        const LatencyRecording recording = fetch_latency(lab);
        return recording.running >= 1 && recording.waiting >= 1;
    }));
    CHECK(rows_of(fetch_latency(lab), "unended").empty());
}

TEST_CASE("what recording costs is measured", "[inspect]")
{
    const Observed seen = observe("cost", {"--items", "5000"});
    CHECK(seen.recording.probes >= 4 * 5000);
    CHECK(seen.recording.probes_timed >= seen.recording.probes / 100);
    CHECK(seen.recording.ns_per_probe() > 0);
    CHECK(seen.recording.memory_bytes > 0);
    CHECK(seen.recording.elapsed_ns > seen.wq["elapsed_ns"]);
}

TEST_CASE("there is one recording, and it is its owner's", "[inspect]")
{
    Lab owner, other;
    // Before 6.6 a kernel may tell the error of a dump that is refused, and no words.
    const bool in_words = has_member("genl_dumpit_info", "info");
    const auto check_refused = [&](Lab& lab, const char* words, int error) {
        const std::string said = refusal([&] { fetch_latency(lab); });
        if (in_words || said.find(std::strerror(error)) == std::string::npos)
            CHECK_THAT(said, Catch::Contains(words));
    };
    check_refused(owner, "no recording", ENOENT);
    CHECK_THAT(refusal([&] { stop_latency(owner); }), Catch::Contains("no recording"));
    start_latency(owner);
    CHECK(read_file("/sys/module/wqlab/refcnt") == "0\n");
    CHECK_THAT(refusal([&] { start_latency(other); }), Catch::Contains("one recording"));
    CHECK_THAT(refusal([&] { start_latency(owner); }), Catch::Contains("one recording"));
    CHECK_THAT(refusal([&] { stop_latency(other); }), Catch::Contains("another socket's"));
    const Outcome refused = tool({"latency", "-d", "1"});
    CHECK(refused.status != 0);
    CHECK_THAT(refused.err, Catch::Contains("one recording"));
    check_refused(other, "another socket's", EBUSY);
    const uint64_t earlier = fetch_latency(owner).elapsed_ns;
    stop_latency(owner);
    const LatencyRecording still = fetch_latency(owner);
    CHECK(earlier <= still.elapsed_ns);
    CHECK_THAT(refusal([&] { start_latency(other); }), Catch::Contains("one recording"));
    run_one({"--items", "100"});
    CHECK(fetch_latency(owner).probes == still.probes);
    CHECK(fetch_latency(owner).elapsed_ns == still.elapsed_ns);
    // A next one takes the place of one's own.
    start_latency(owner);
    stop_latency(owner);
}

TEST_CASE("a recording ends with its owner, whatever ends that", "[inspect]")
{
    for (const int signal : {SIGKILL, SIGINT}) {
        Process recorder({"wqctl", "latency", "--json", "--no-progress", "-d", "600"});
        REQUIRE(eventually(somebody_records));
        run_one({"--items", "100", "--name", "seen"});
        recorder.signal(signal);
        const Outcome outcome = recorder.wait();
        CHECK(eventually([] { return !somebody_records(); }));
        if (signal == SIGKILL)
            continue;
        INFO(outcome.err);
        REQUIRE(outcome.status == 0);
        const json document = json::parse(outcome.out);
        CHECK(document["schema"] == "wqlab/latency/1");
        CHECK(document["elapsed_ns"].get<uint64_t>() < 600'000'000'000);
        uint64_t executed = 0;
        for (const json& row : document["rows"])
            if (row["workqueue"].is_string() && row["workqueue"].get<std::string>().ends_with("-seen"))
                executed += row["executed"].get<uint64_t>();
        CHECK(executed == 100);
    }
    Lab lab;
    start_latency(lab);
}

TEST_CASE("rmmod in the middle of a recording under load", "[inspect]")
{
    Lab lab;
    start_latency(lab);
    Process load({"wqctl", "run", "--no-progress", "--flags", "unbound", "--depth", "16", "--duration", "1h"});
    REQUIRE(eventually([&] { return fetch_latency(lab).executed() > 100; }));
    unload_module();
    CHECK(load.wait().status != 0);
    CHECK_FALSE(refusal([&] { fetch_latency(lab); }).empty());
    CHECK(read_file("/proc/vmallocinfo").find("[wqlab]") == std::string::npos);
    load_module();
    CHECK_FALSE(somebody_records());
}

TEST_CASE("the tool says what it takes, and needs the right to look", "[inspect]")
{
    CHECK(tool({"latency", "-d", "100ms"}, Process::As::Nobody).status == 3);
    CHECK(tool({"latency", "ev[ents"}).status == 2);
    CHECK(tool({"latency", "--by", "flavour"}).status == 2);
    CHECK(tool({"latency", "-d", "soon"}).status == 2);
    const Outcome outcome = tool({"latency", "-d", "0.2", "--by", "wq"});
    CHECK(outcome.status == 0);
    CHECK_THAT(outcome.out, Catch::Contains("items in"));
}
