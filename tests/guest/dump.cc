// SPDX-License-Identifier: GPL-2.0
// wqctl dump against what the kernel says of itself elsewhere: /proc,
// /sys/devices/virtual/workqueue, the CPUs' topology.
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "dump_lab.hh"
#include "text/cpu_list.hh"

namespace fs = std::filesystem;

namespace {

const std::string kSysfs = "/sys/devices/virtual/workqueue";

// "kworker/3:1H-events_highpri" to "kworker/3:1H".
std::string without_item(const std::string& name) { return name.substr(0, name.find_first_of("-+")); }

std::vector<int> cpus(const json& text) { return cpu_list(text.get<std::string>()); }

}  // namespace

TEST_CASE("dump: affinity scopes are those of the machine", "[inspect]")
{
    const json document = dump({"scopes"});
    CHECK(cpus(document["online_cpus"]) == online_cpus());
    const auto of_mask = [](const std::string& path) {
        return wqctl::format_cpu_list(wqctl::parse_cpu_mask(line_of(path)));
    };
    CHECK(document["unbound_cpus"] == of_mask(kSysfs + "/cpumask"));
    if (fs::exists(kSysfs + "/cpumask_requested")) {
        CHECK(document["requested_cpus"] == of_mask(kSysfs + "/cpumask_requested"));
        CHECK(document["isolated_cpus"] == of_mask(kSysfs + "/cpumask_isolated"));
    }
    std::set<std::string> seen;
    for (const json& scope : document["scopes"]) {
        const std::string name = scope["name"];
        INFO(name);
        seen.insert(name);
        CHECK(scope["default"] == (name == line_of("/sys/module/workqueue/parameters/default_affinity_scope")));
        CHECK(scope["cpu_pods"].size() == online_cpus().size());
        if (name == "cache_shard")
            continue;
        for (const int cpu : online_cpus()) {
            const int pod = one_of(scope["cpu_pods"], "cpu", cpu)["pod"];
            CHECK(cpus(one_of(scope["pods"], "pod", pod)["cpus"]) == pod_of(name, cpu));
        }
    }
    for (const char* name : {"cpu", "smt", "cache", "numa", "system"})
        CHECK(seen.contains(name) != kernel_lacks("scopes"));
}

TEST_CASE("dump: the workers of the pools are the machine's kworkers", "[inspect]")
{
    // Workers come and go: what is compared is a moment in which none did.
    json document;
    std::map<int, std::string> before;
    REQUIRE(eventually([&] {
        before = workers();
        document = dump({"pools", "work"});
        return before == workers();
    }));
    std::map<int, unsigned> of_pool;
    std::set<int> pids;
    for (const json& worker : document["work"]["workers"]) {
        if (worker["pid"].is_null())
            continue;
        const int pid = worker["pid"];
        pids.insert(pid);
        REQUIRE(before.contains(pid));
        const json pool = one_of(document["pools"], "id", worker["pool"]);
        of_pool[pool["id"]]++;
        const std::string where = pool["cpu"].is_null() ? "u" + std::to_string(pool["id"].get<int>())
                                                        : std::to_string(pool["cpu"].get<int>());
        const std::string high = !pool["cpu"].is_null() && pool["nice"].get<int>() < 0 ? "H" : "";
        CHECK(without_item(before[pid]) == "kworker/" + where + ":" + std::to_string(worker["id"].get<int>()) + high);
        CHECK(worker["nice"] == pool["nice"]);
        CHECK(without_item(before[pid]).starts_with(without_item(worker["command"])));
    }
    CHECK(pids.size() == before.size());
    for (const json& pool : document["pools"]) {
        INFO(pool["id"]);
        if (pool["type"] != "bh")
            CHECK(pool["workers"] == of_pool[pool["id"]]);
        CHECK(pool["idle"].get<int>() <= pool["workers"].get<int>());
    }
}

TEST_CASE("dump: each CPU has its pools, and per-CPU workqueues use them", "[inspect]")
{
    const json document = dump({"pools", "workqueues"});
    for (const int cpu : online_cpus()) {
        const auto pools = all_of(document["pools"], "cpu", cpu);
        CHECK(pools.size() == (kernel_lacks("bh") ? 2 : 4));  // normal and highpri, process and BH
        for (const json& pool : pools)
            CHECK(cpus(pool["cpus"]) == std::vector<int>{cpu});
    }
    for (const json& wq : document["workqueues"]) {
        INFO(wq["name"]);
        std::set<int> seen;
        for (const json& run : wq["cpu_pools"])
            for (const int cpu : cpus(run["cpus"])) {
                seen.insert(cpu);
                const json pool = one_of(document["pools"], "id", run["pool"]);
                if (wq["type"] == "percpu" || wq["type"] == "bh") {
                    CHECK(pool["cpu"] == cpu);
                    CHECK((pool["type"] == "bh") == (wq["type"] == "bh"));
                } else {
                    CHECK(pool["cpu"].is_null());
                }
            }
        CHECK(seen.size() == online_cpus().size());
        CHECK(wq["default_pool"].is_null() == (wq["type"] == "percpu" || wq["type"] == "bh"));
    }
    // Two are called so, and the symbol tells which.
    CHECK(all_of(document["workqueues"], "symbol", "system_wq").size() == 1);
    CHECK(all_of(document["workqueues"], "symbol", "system_unbound_wq").size() == 1);
}

TEST_CASE("dump: workqueues in sysfs are as sysfs has them", "[inspect]")
{
    Words words = {"--flags", "unbound,highpri", "--name", "attrs",   "--nice", "7", "--cpumask",
                   "0-2",     "--max-active",    "5",      "--sleep", "1h"};
    if (!kernel_lacks("scopes"))
        words.insert(words.end(), {"--scope", "numa", "--strict"});
    const Detached run(words);
    const json document = dump({"workqueues"});
    unsigned directories = 0;
    for (const auto& entry : fs::directory_iterator(kSysfs)) {
        if (!fs::exists(entry.path() / "per_cpu"))
            continue;
        directories++;
        const std::string name = entry.path().filename();
        const std::string base = entry.path().string() + "/";
        INFO(name);
        const json wq = one_of(document["workqueues"], "name", name);
        CHECK(has_flag(wq, "in_sysfs"));
        CHECK(std::to_string(wq["max_active"].get<int>()) == line_of(base + "max_active"));
        CHECK((wq["type"] == "percpu" || wq["type"] == "bh") == (line_of(base + "per_cpu") == "1"));
        if (!fs::exists(base + "nice"))
            continue;
        CHECK(std::to_string(wq["nice"].get<int>()) == line_of(base + "nice"));
        CHECK(wq["cpumask"] == wqctl::format_cpu_list(wqctl::parse_cpu_mask(line_of(base + "cpumask"))));
        if (kernel_lacks("scopes"))
            continue;
        CHECK(has_flag(wq, "strict") == (line_of(base + "affinity_strict") == "1"));
        const std::string scope = wq["scope"];
        CHECK((wq["scope_is_default"] ? "default (" + scope + ")" : scope) == line_of(base + "affinity_scope"));
    }
    unsigned in_sysfs = 0;
    for (const json& wq : document["workqueues"])
        in_sysfs += has_flag(wq, "in_sysfs");
    CHECK(in_sysfs == directories);
    const json wq = one_of(document["workqueues"], "name", run.workqueue("attrs"));
    CHECK(wq["effective_cpumask"] == "0-2");
    CHECK(wq["nice"] == 7);
    CHECK(wq["max_active"] == 5);
}

TEST_CASE("dump: rescuers are the machine's kworker/R-*", "[inspect]")
{
    const Detached run({"--flags", "mem_reclaim", "--name", "rescued", "--sleep", "1h"});
    const json document = dump({"rescuers"});
    std::set<int> pids, threads_of_rescuers;
    for (const json& rescuer : document["rescuers"]) {
        pids.insert(rescuer["pid"].get<int>());
        CHECK(rescuer["pool"].is_null());
        CHECK(rescuer["maydays"] == 0);
    }
    for (const auto& [pid, name] : threads("kworker/R-"))
        threads_of_rescuers.insert(pid);
    // Before 6.9 they were called as their workqueues.
    if (!kernel_lacks("system_max_active"))
        CHECK(pids == threads_of_rescuers);
    CHECK(one_of(document["rescuers"], "workqueue", run.workqueue("rescued"))["cpus"] == document["online_cpus"]);
}

TEST_CASE("dump: bad filters are refused with one line", "[inspect]")
{
    const std::vector<std::pair<Words, std::string>> bad = {
        {{"--pool", "99999"}, "there is no pool 99999; the highest is "},
        {{"--pool", "-1"}, "there is no pool -1"},
        {{"--cpu", "4000"}, "there is no CPU 4000; the CPUs are 0-7"},
        {{"--cpu", "x"}, "--cpu"},
        {{"--wq", "("}, "regular expression"},
        {{"pool"}, "did you mean \"pools\"?"},
        {{"--format", "wq_dump", "hogs"}, "wq_dump"},
    };
    for (const auto& [words, says] : bad) {
        Words command = {"dump"};
        command.insert(command.end(), words.begin(), words.end());
        const Outcome outcome = tool(command);
        INFO(outcome.err);
        CHECK(outcome.status == 2);
        CHECK(outcome.out.empty());
        CHECK(outcome.err.starts_with("wqctl: error: "));
        CHECK_THAT(outcome.err, Catch::Contains(says));
    }
    write_file("/sys/devices/system/cpu/cpu3/online", "0");
    const Outcome offline = tool({"dump", "--cpu", "3"});
    write_file("/sys/devices/system/cpu/cpu3/online", "1");
    CHECK(offline.status == 2);
    CHECK_THAT(offline.err, Catch::Contains("CPU 3 is offline; online are 0-2,4-7"));
    CHECK(tool({"dump", "pools"}, Process::As::Nobody).status == 3);
}

TEST_CASE("dump: the kernel script's format has every pool and workqueue", "[inspect]")
{
    const Outcome outcome = tool({"dump", "--format", "wq_dump"});
    REQUIRE(outcome.status == 0);
    const json document = dump();
    const auto count = [&](const std::string& what) {
        size_t found = 0;
        for (size_t at = 0; (at = outcome.out.find(what, at)) != std::string::npos; at += what.size())
            found++;
        return found;
    };
    CHECK(count("\npool[") == document["pools"].size());
    CHECK(count("  nr_pods ") == document["scopes"].size());
    CHECK(count("\nNODE[") == (kernel_lacks("system_max_active") ? 0 : 2));
    for (const json& wq : document["workqueues"])
        CHECK_THAT(outcome.out, Catch::Contains("\n" + wq["name"].get<std::string>() + " "));
}
