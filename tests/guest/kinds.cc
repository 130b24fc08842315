// SPDX-License-Identifier: GPL-2.0
// Each kind of workqueue, seen through the records: where its items ran, in
// which context, by whom, how many at once, in which order.
#include <algorithm>
#include <catch2/catch.hpp>

#include "lab.hh"

namespace {

// Runs sleeping items that exactly `most` of must come to be at work at once.
// More is a violation at once; less may be a slow machine, which needs longer
// than they sleep to start them all: they sleep longer, then.
json most_sleepers(Words words, unsigned most)
{
    words.insert(words.end(), {"--items", std::to_string(3 * most)});
    if (std::find(words.begin(), words.end(), "--depth") == words.end())
        words.insert(words.end(), {"--depth", "32"});
    json wq;
    for (const char* sleep : {"30ms", "300ms", "3s", "9s"}) {
        Words all = words;
        all.insert(all.end(), {"--sleep", sleep});
        wq = run_one(all);
        CHECK(wq["max_concurrency"].get<unsigned>() <= most);
        if (wq["max_concurrency"] == most)
            break;
    }
    CHECK(wq["max_concurrency"] == most);
    return wq;
}

}  // namespace

TEST_CASE("BH items run in softirq on the CPU that queued them", "[lab]")
{
    if (left_out("bh"))
        return;
    for (const char* flags : {"bh", "bh,highpri"}) {
        const json wq = run_one({"--flags", flags, "--items", "4000", "--depth", "8"});
        CHECK(wq["context"]["softirq"] == wq["executed"]);
        CHECK(wq["context"]["process"] == 0);
        CHECK(wq["executed"] == 4000);
        CHECK(wq["off_cpu"] == 0);
        CHECK(wq["workers"] == 0);
        CHECK(wq["max_concurrency"] == 1);
    }
}

TEST_CASE("per-CPU items run in process context on their CPU", "[lab]")
{
    for (const int cpu : online_cpus()) {
        const json wq = run_one({"--items", "500", "--depth", "4", "--cpus", std::to_string(cpu)});
        CHECK(wq["context"]["process"] == 500);
        CHECK(wq["off_cpu"] == 0);
        REQUIRE(wq["cpus"].size() == 1);
        CHECK(wq["cpus"][0]["cpu"] == cpu);
        CHECK(wq["cpus"][0]["executed"] == 500);
        CHECK(wq["nice"] == json::array({0}));
    }
}

TEST_CASE("queue_work_on() runs the item on the CPU named, from every CPU", "[lab]")
{
    for (const int from : online_cpus()) {
        for (const int to : online_cpus()) {
            const json wq = run_one(
                {"--items", "50", "--cpus", std::to_string(from), "--queue-on", std::to_string(to)});
            REQUIRE(wq["cpus"].size() == 1);
            CHECK(wq["cpus"][0]["cpu"] == to);
            CHECK(wq["cpus"][0]["executed"] == 50);
        }
    }
}

TEST_CASE("HIGHPRI workers have nice -20, the others 0", "[lab]")
{
    CHECK(run_one({"--flags", "highpri", "--items", "400"})["nice"] == json::array({-20}));
    CHECK(run_one({"--flags", "unbound,highpri", "--items", "400"})["nice"] == json::array({-20}));
    CHECK(run_one({"--flags", "unbound", "--items", "400"})["nice"] == json::array({0}));
    CHECK(run_one({"--flags", "mem_reclaim", "--items", "400"})["nice"] == json::array({0}));
}

TEST_CASE("ordered items run one at a time and in the order of each issuer", "[lab]")
{
    const json wq = run_one({"--ordered", "--items", "20000", "--depth", "64", "--spin", "1ns..2us"});
    CHECK(wq["executed"] == 20000);
    CHECK(wq["max_concurrency"] == 1);
    CHECK(wq["reordered"] == 0);
}

TEST_CASE("unbound items overlap where ordered ones do not", "[lab]")
{
    const Words load = {"--items", "2000", "--depth", "64", "--sleep", "1us..200us"};
    Words unbound = {"--flags", "unbound"}, ordered = {"--ordered"};
    unbound.insert(unbound.end(), load.begin(), load.end());
    ordered.insert(ordered.end(), load.begin(), load.end());
    CHECK(run_one(unbound)["max_concurrency"].get<int>() > 1);
    CHECK(run_one(ordered)["max_concurrency"] == 1);
}

TEST_CASE("max_active is reached and never exceeded", "[lab]")
{
    for (const unsigned limit : {1, 3, 8}) {
        const std::string active = std::to_string(limit);
        most_sleepers({"--max-active", active, "--flags", "unbound"}, limit);
        most_sleepers({"--max-active", active, "--cpus", "1"}, limit);
    }
}

TEST_CASE("unbound items that sleep run side by side on distinct workers", "[lab]")
{
    const json wq = most_sleepers({"--flags", "unbound", "--depth", "16"}, 16);
    CHECK(wq["workers"].get<int>() >= 16);
}

TEST_CASE("every system workqueue runs items, in the context that its name says", "[lab]")
{
    const json info = json::parse(tool({"info", "--json"}).out);
    REQUIRE(info["system_workqueues"].size() >= (kernel_lacks("bh") ? 7 : 9));
    for (const json& name : info["system_workqueues"]) {
        const json wq = run_one({"--system", name.get<std::string>(), "--items", "200"});
        const bool bh = name.get<std::string>().find("_bh_") != std::string::npos;
        const bool highpri = name.get<std::string>().find("highpri") != std::string::npos;
        INFO(name);
        CHECK(wq["context"][bh ? "softirq" : "process"] == 200);
        if (!bh)
            CHECK(wq["nice"] == json::array({highpri ? -20 : 0}));
    }
}

TEST_CASE("every flag that the kernel has makes a workqueue that runs items", "[lab]")
{
    const json info = json::parse(tool({"info", "--json"}).out);
    unsigned tried = 0;
    for (const json& flag : info["flags"]) {
        const std::string name = flag;
        const json wq = name == "ordered" ? run_one({"--ordered", "--items", "200"})
                                          : run_one({"--flags", name, "--items", "200"});
        INFO(name);
        CHECK(wq["executed"] == 200);
        CHECK(wq["context"][name == "bh" ? "softirq" : "process"] == 200);
        tried++;
    }
    CHECK(tried >= (kernel_lacks("bh") ? 8u : 9u));
}

TEST_CASE("sleeping items of a per-CPU workqueue overlap, spinning ones do not", "[lab]")
{
    most_sleepers({"--cpus", "0", "--depth", "4"}, 4);
    // Below the CPU-intensive threshold of 10 ms by far, also on a slow
    // machine: switched off for this, the limit would be a matter of luck.
    const std::string threshold = "/sys/module/workqueue/parameters/cpu_intensive_thresh_us";
    const std::string before = read_file(threshold);
    write_file(threshold, "0");
    const json wq = run_one({"--cpus", "0", "--depth", "4", "--items", "200", "--spin", "100us"});
    write_file(threshold, before);
    CHECK(wq["max_concurrency"] == 1);
}
