// SPDX-License-Identifier: GPL-2.0
// The books: no item is lost or counted twice, whatever is done to it, and
// the kernel's own tracepoints tell the same.
#include <catch2/catch.hpp>
#include <cmath>
#include <csignal>
#include <map>
#include <sstream>

#include "lab.hh"

TEST_CASE("items end a run exactly, for all issuers together", "[lab]")
{
    for (const char* items : {"1", "7", "1000", "10007"}) {
        const json wq = run_one({"--items", items, "--issuers", "3", "--depth", "5"});
        CHECK(wq["queued"] == std::stoull(items));
        CHECK(wq["executed"] == std::stoull(items));
    }
}

TEST_CASE("every mode keeps its books", "[lab]")
{
    const auto executed = [](Words words) { return run_one(std::move(words))["executed"].get<uint64_t>(); };
    CHECK(executed({"--rate", "20000", "--items", "2000"}) == 2000);
    CHECK(executed({"--rate", "20000", "--poisson", "--items", "2000"}) == 2000);
    CHECK(executed({"--burst", "64", "--every", "5ms", "--items", "1000"}) == 1000);
    CHECK(executed({"--chain", "9", "--items", "1000", "--depth", "4"}) == 1000);
    if (!kernel_lacks("bh"))
        CHECK(executed({"--chain", "9", "--items", "1000", "--flags", "bh"}) == 1000);
    CHECK(executed({"--delay", "2ms", "--items", "500", "--depth", "16"}) == 500);
    CHECK(executed({"--rcu", "--items", "200", "--depth", "16"}) == 200);
    CHECK(executed({"--duration", "200ms"}) > 0);
}

TEST_CASE("a chain's items requeue themselves and never overlap", "[lab]")
{
    const json wq = run_one(
        {"--flags", "unbound", "--chain", "99", "--items", "4000", "--issuers", "1", "--depth", "1"});
    CHECK(wq["executed"] == 4000);
    CHECK(wq["max_concurrency"] == 1);
}

TEST_CASE("delayed items do not start before their delay", "[lab]")
{
    const json wq = run_one({"--delay", "1s", "--items", "64", "--depth", "64"});
    // Jiffies count the delay, and they lag behind where ticks come late.
    CHECK(wq["latency_ns"]["wait"]["min"].get<uint64_t>() >= 500'000'000);
}

TEST_CASE("cancelled items do not run, and are counted", "[lab]")
{
    // One at a time, so that the others are pending when they are cancelled.
    const json wq = run_one({"--ordered", "--items", "3000", "--depth", "32", "--spin", "5us", "--cancel", "40"});
    CHECK(wq["cancelled"].get<int>() > 0);
    const json delayed = run_one({"--delay", "50ms", "--items", "1000", "--depth", "64", "--cancel", "50"});
    CHECK(delayed["cancelled"].get<int>() > 300);
    const json chain = run_one({"--ordered", "--chain", "20", "--items", "3000", "--depth", "8", "--cancel", "50"});
    CHECK(chain["queued"] == 3000);
}

TEST_CASE("flushing and modifying lose no item", "[lab]")
{
    CHECK(
        run_one({"--flags", "unbound", "--items", "2000", "--depth", "16", "--flush", "30", "--spin", "2us"})["flushed"]
            .get<int>() > 0);
    const json far = run_one({"--delay", "50ms", "--items", "600", "--depth", "64", "--mod", "50"});
    CHECK(far["modified"].get<int>() > 100);
    // With no delay the item often runs before it is modified, and then runs once more.
    run_one({"--delay", "0ns", "--flags", "unbound", "--items", "5000", "--depth", "32", "--mod", "100"});
    run_one({"--delay", "1ms", "--items", "1000", "--depth", "32", "--mod", "40", "--cancel", "40", "--flush", "5"});
}

TEST_CASE("queue calls on a pending item are refused and counted", "[lab]")
{
    const json wq = run_one(
        {"--rate", "20000", "--coalesce", "--depth", "1", "--issuers", "1", "--sleep", "2ms", "--duration", "500ms"});
    CHECK(wq["coalesced"].get<int>() > 0);
    CHECK(wq["max_concurrency"] == 1);
    // One item, 2 ms each time: no more executions than fit into the time that it took.
    CHECK(wq["executed"].get<double>() <= wq["elapsed_ns"].get<double>() / 2e6 + 1);
}

TEST_CASE("what is not due when the run ends is not issued", "[lab]")
{
    // Due at once and every 10 s. A slow machine may issue fewer, and end the run later.
    const auto check_due = [](const json& wq, unsigned at_once) {
        CHECK(wq["queued"].get<double>() <= at_once * (1 + std::floor(wq["elapsed_ns"].get<double>() / 1e10)));
    };
    check_due(run_one({"--rate", "0.1", "--duration", "100ms"}), 1);
    check_due(run_one({"--burst", "3", "--every", "10s", "--duration", "100ms"}), 3);
}

TEST_CASE("late issue is counted, not hidden", "[lab]")
{
    // One item at a time of 1 ms each, but one due every 100 us.
    const json wq = run_one(
        {"--ordered", "--rate", "10000", "--issuers", "1", "--depth", "1", "--sleep", "1ms", "--duration", "300ms"});
    CHECK(wq["late"].get<uint64_t>() * 10 > wq["queued"].get<uint64_t>() * 8);
    CHECK(wq["late_max_ns"].get<uint64_t>() > 50'000'000);
}

TEST_CASE("the sample times one item in so many, and counts all", "[lab]")
{
    const json wq = run_one({"--items", "1600", "--sample", "16", "--issuers", "1"});
    CHECK(wq["executed"] == 1600);
    CHECK(wq["latency_ns"]["wait"]["count"] == 100);
}

TEST_CASE("allocating, touching and locking bodies do their work", "[lab]")
{
    CHECK(run_one({"--alloc", "4096", "--items", "500"})["alloc_failed"] == 0);
    if (!kernel_lacks("bh"))
        CHECK(run_one({"--flags", "bh", "--alloc", "512", "--items", "500"})["executed"] == 500);
    CHECK(run_one({"--touch", "64K", "--items", "500", "--depth", "8"})["executed"] == 500);
    // Items that hold one mutex for 200 us can't be done faster than one after the other.
    const json wq = run_one({"--flags", "unbound", "--mutex", "200us", "--items", "100", "--depth", "16"});
    CHECK(wq["elapsed_ns"].get<uint64_t>() >= 100 * 200'000);
    CHECK(wq["max_concurrency"].get<int>() > 1);
}

TEST_CASE("a spin takes the time it was given", "[lab]")
{
    const json wq = run_one({"--spin", "300us", "--items", "100"});
    CHECK(wq["latency_ns"]["run"]["min"].get<uint64_t>() >= 300'000);
    const json spread = run_one({"--spin", "100us..200us", "--items", "300"});
    CHECK(spread["latency_ns"]["run"]["min"].get<uint64_t>() >= 100'000);
    CHECK(spread["latency_ns"]["run"]["min"].get<uint64_t>() < 150'000);
}

namespace {

// The kernel's own count of executions of wqlab's work function, by CPU.
std::map<int, uint64_t> traced_executions(const std::function<void()>& load)
{
    const std::string tracing = "/sys/kernel/tracing/";
    write_file(tracing + "tracing_on", "0");
    write_file(tracing + "buffer_size_kb", "4096");
    write_file(tracing + "trace", "");
    write_file(tracing + "events/workqueue/workqueue_execute_start/enable", "1");
    write_file(tracing + "tracing_on", "1");
    load();
    write_file(tracing + "tracing_on", "0");
    write_file(tracing + "events/workqueue/workqueue_execute_start/enable", "0");

    std::map<int, uint64_t> executions;
    std::stringstream lines(read_file(tracing + "trace"));
    for (std::string line; std::getline(lines, line);) {
        if (line.find("workqueue_execute_start") == std::string::npos || line.find("[wqlab]") == std::string::npos)
            continue;
        executions[std::stoi(line.substr(line.find('[') + 1))]++;
    }
    write_file(tracing + "trace", "");
    return executions;
}

}  // namespace

TEST_CASE("the records agree with the kernel's tracepoints, CPU by CPU", "[lab]")
{
    // Strict: where preemption is possible, another item's worker may move between the tracepoint and its record.
    for (const Words& kind : {Words{}, {"--flags", "unbound", "--scope", "cpu", "--strict"}, {"--flags", "bh"}}) {
        INFO((kind.empty() ? "percpu" : kind[1]));
        if (!kernel_runs(kind))
            continue;
        json wq;
        const std::map<int, uint64_t> traced = traced_executions([&] {
            Words words = {"--items", "3000", "--depth", "8", "--issuers", "3"};
            words.insert(words.end(), kind.begin(), kind.end());
            wq = run_one(words);
        });
        std::map<int, uint64_t> recorded;
        for (const json& cpu : wq["cpus"])
            if (const uint64_t executed = cpu["executed"])
                recorded[cpu["cpu"].get<int>()] = executed;
        CHECK(recorded == traced);
    }
}

TEST_CASE("a run can be read while it runs", "[lab]")
{
    Process long_run(
        {"wqctl", "run", "--json", "--no-progress", "--flags", "unbound", "--spin", "5us", "--duration", "1h"});
    json runs;
    REQUIRE(eventually([&] {
        const Outcome list = tool({"list", "--json"});
        runs = list.status == 0 ? json::parse(list.out)["runs"] : json::array();
        return runs.size() == 1 && runs[0]["executed"].get<uint64_t>() > 100;
    }));
    const std::string id = std::to_string(runs[0]["id"].get<int>());
    const Outcome shown = tool({"show", id, "--json"});
    REQUIRE(shown.status == 0);
    const json wq = json::parse(shown.out)["workqueues"][0];
    CHECK(wq["queued"].get<uint64_t>() >= wq["executed"].get<uint64_t>());
    CHECK(wq["executed"].get<uint64_t>() >= runs[0]["executed"].get<uint64_t>());
    CHECK(wq["latency_ns"]["wait"]["count"].get<uint64_t>() > 0);
    long_run.signal(SIGINT);
    CHECK(long_run.wait().status == 0);
}

TEST_CASE("every preset runs, keeps its books and says what to look at", "[presets]")
{
    const Outcome outcome = tool({"presets", "--json"});
    REQUIRE(outcome.status == 0);
    const json presets = json::parse(outcome.out)["presets"];
    REQUIRE(presets.size() >= 9);
    for (const json& preset : presets) {
        INFO(preset["name"]);
        CHECK(preset["description"].get<std::string>().size() > 20);
        const json report = run({"--preset", preset["name"].get<std::string>(), "--duration", "500ms"});
        for (const json& wq : report["workqueues"])
            CHECK(wq["executed"].get<uint64_t>() > 0);
    }
}
