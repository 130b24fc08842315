// SPDX-License-Identifier: GPL-2.0
// In what workers and waiters sleep, what has not moved, and a doctor that watches, against what the test holds still.
#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <set>
#include <sstream>

#include "hold.hh"

namespace {

std::set<int> pids_of(const json& rows, const std::string& key = "pid")
{
    std::set<int> pids;
    for (const json& row : rows)
        pids.insert(row[key].get<int>());
    return pids;
}

// The group of equal stacks that this task is in.
json stack_of(const json& work, int pid)
{
    for (const json& group : work["stacks"])
        if (pids_of(group["tasks"]).contains(pid))
            return group;
    return nullptr;
}

}  // namespace

TEST_CASE("dump --stacks: workers of one function sleep in one place, and are put together", "[inspect]")
{
    const Detached run({"--flags", "unbound", "--name", "asleep", "--issuers", "1", "--depth", "5", "--sleep", "1h"});
    const std::string name = "^" + run.workqueue("asleep") + "$";
    json work;
    REQUIRE(eventually([&] {
        work = dump({"work", "--busy", "--stacks", "--wq", name})["work"];
        return work["workers"].size() == 5 && work["stacks"].size() == 1 && work["stacks"][0]["tasks"].size() == 5;
    }));
    const json& group = work["stacks"][0];
    CHECK(pids_of(group["tasks"]) == pids_of(work["workers"]));
    CHECK(group["place"] != "");
    const auto& frames = group["frames"];
    CHECK(std::ranges::find(frames, "process_one_work") != frames.end());
    CHECK(std::ranges::any_of(frames, [](const json& frame) { return frame.get<std::string>().ends_with("[wqlab]"); }));
    CHECK_THAT(tool({"dump", "work", "--stacks", "--wq", name}).out, Catch::Contains("  5 workers"));
}

TEST_CASE("dump --stacks: who waits for an item or a workqueue has one, too", "[inspect]")
{
    Hold hold;
    hold.tell("queue 0");
    const int flusher = hold.spawn("flush"), waiter = hold.spawn("wait 0");
    json work;
    REQUIRE(eventually([&] {
        work = dump({"work", "--stacks", "--wq", "^wqlab_hold$"})["work"];
        return !stack_of(work, flusher).is_null() && !stack_of(work, waiter).is_null();
    }));
    const auto has = [](const json& group, const std::string& part) {
        return std::ranges::any_of(group["frames"], [&](const json& frame) {
            return frame.get<std::string>().find(part) != std::string::npos;
        });
    };
    CHECK(has(stack_of(work, flusher), "flush_workqueue"));
    CHECK(has(stack_of(work, waiter), "flush_work"));
    const int worker = one_of(work["workers"], "function", Hold::kFunction)["pid"];
    CHECK(has(stack_of(work, worker), "hold_func"));
}

TEST_CASE("dump --stacks: where none can be read that is said, and is an error because they were asked for",
          "[inspect]")
{
    const std::string file = "/tmp/stacks.wqctl";
    REQUIRE(tool({"dump", "--save", file}).status == 0);
    const Outcome outcome = tool({"dump", "work", "--stacks", "-c", file});
    CHECK(outcome.status == 4);
    CHECK_THAT(outcome.out, Catch::Contains("no machine that runs"));
    std::filesystem::remove(file);
    CHECK(tool({"dump", "pools", "--stacks"}).status == 2);
}

TEST_CASE("dump --stuck: what does not move for so long, and nothing else", "[inspect]")
{
    // With pools of its own, by its nice value: nobody else's items are the pool's progress.
    const Detached run(
        {"--flags", "unbound", "--nice", "7", "--name", "still", "--issuers", "1", "--depth", "2", "--sleep", "1h"});
    const std::string name = "^" + run.workqueue("still") + "$";
    Outcome stuck;
    REQUIRE(eventually([&] {
        stuck = tool({"dump", "--stuck", "2s", "--json", "--wq", name});
        return stuck.status == 1;
    }));
    const json document = json::parse(stuck.out);
    CHECK(document["sections"] == json::array({"work"}));
    for (const json& worker : document["work"]["workers"]) {
        CHECK(worker["workqueue"] == run.workqueue("still"));
        CHECK(worker["busy_ns"].get<uint64_t>() >= 2'000'000'000);
    }
    const Outcome nothing = tool({"dump", "--stuck", "23h", "--wq", name});
    CHECK(nothing.status == 0);
    CHECK_THAT(nothing.out, Catch::StartsWith("nothing has stood still for 23"));
}

TEST_CASE("doctor --watch: a finding is told once, with its stack, and that it has ended", "[inspect]")
{
    const std::string told = "/tmp/told.jsonl", metrics = "/tmp/doctor.prom";
    std::filesystem::remove(told);
    Process watch({"wqctl", "doctor", "--watch", "--every", "1s", "wqlab.*-full$", "--exec",
                   "cat >>" + told + "; exit 7", "--openmetrics", metrics});
    {
        // They wake now and then. With a pool of their own, by its nice value, kernels that count nothing (before 6.5)
        // show all the same that these are no others: nothing has been begun there.
        const Detached run({"--flags", "unbound", "--nice", "11", "--name", "full", "--max-active", "2", "--issuers",
                            "1", "--depth", "4", "--sleep", "1h"});
        REQUIRE(eventually([&] { return watch.output().find(" found: ") != std::string::npos; }));
        CHECK_THAT(watch.output(), Catch::Contains(run.workqueue("full")) && Catch::Contains("stack    of "));
        REQUIRE(eventually([&] { return read_file(metrics).find("wqlab_doctor_suspect_info{") != std::string::npos; }));
    }
    REQUIRE(eventually([&] { return watch.output().find(" ended: ") != std::string::npos; }));
    // The command runs beside the watch, and ends when it likes.
    std::vector<json> changes;
    REQUIRE(eventually([&] {
        changes.clear();
        std::istringstream lines(read_file(told));
        for (std::string line; std::getline(lines, line);) {
            if (lines.eof())
                return false;  // it is being written
            changes.push_back(json::parse(line));
        }
        return !changes.empty() && !changes.back()["ended"].empty();
    }));
    watch.signal(SIGTERM);
    const Outcome outcome = watch.wait();
    CHECK(outcome.status == 0);
    CHECK_THAT(outcome.err, Catch::Contains("the command ended with status 7"));
    // Each finding once, each end once.
    std::set<std::string> open;
    for (const json& change : changes) {
        CHECK(change["schema"] == "wqlab/doctor/1");
        for (const json& finding : change["findings"])
            open.insert(finding["rule"]);
        for (const json& finding : change["ended"])
            CHECK(open.erase(finding["rule"]) == 1);
    }
    CHECK(changes.size() >= 2);
    CHECK(open.empty());
}

TEST_CASE("doctor --watch: goes on when the module goes and comes", "[lab]")
{
    Process watch({"wqctl", "doctor", "--watch", "--every", "200ms", "--source", "module", "--openmetrics"});
    const auto looks = [&] {
        size_t count = 0;
        const std::string text = watch.output();
        for (size_t at = text.find("# EOF"); at != std::string::npos; at = text.find("# EOF", at + 1))
            count++;
        return count;
    };
    REQUIRE(eventually([&] { return looks() > 0; }));
    unload_module();
    load_module();
    const size_t before = looks();
    CHECK(eventually([&] { return looks() > before + 1; }));
    watch.signal(SIGINT);
    const Outcome outcome = watch.wait();
    CHECK(outcome.status == 0);
}
