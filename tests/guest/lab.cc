// SPDX-License-Identifier: GPL-2.0
#include "lab.hh"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "text/error.hh"

Outcome tool(Words arguments, Process::As as)
{
    arguments.insert(arguments.begin(), "wqctl");
    return execute(std::move(arguments), as);
}

json run(Words arguments)
{
    arguments.insert(arguments.begin(), {"run", "--json", "--no-progress"});
    std::string line;
    for (const std::string& word : arguments)
        line += " " + word;
    INFO("wqctl" << line);
    const Outcome outcome = tool(arguments);
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    const json report = json::parse(outcome.out);
    check_books(report);
    return report;
}

json run_one(Words arguments)
{
    const json report = run(std::move(arguments));
    REQUIRE(report["workqueues"].size() == 1);
    return report["workqueues"][0];
}

void check_books(const json& report)
{
    REQUIRE(report["schema"] == "wqlab/run/1");
    for (const json& wq : report["workqueues"]) {
        INFO(wq["name"]);
        const uint64_t queued = wq["queued"], executed = wq["executed"], cancelled = wq["cancelled"];
        CHECK(queued == executed + cancelled);
        uint64_t queued_by_cpu = 0, executed_by_cpu = 0;
        for (const json& cpu : wq["cpus"]) {
            queued_by_cpu += cpu["queued"].get<uint64_t>();
            executed_by_cpu += cpu["executed"].get<uint64_t>();
        }
        CHECK(queued_by_cpu == queued);
        CHECK(executed_by_cpu == executed);
        CHECK(wq["context"]["process"].get<uint64_t>() + wq["context"]["softirq"].get<uint64_t>() == executed);
        for (const auto& [name, latency] : wq["latency_ns"].items()) {
            INFO(name);
            uint64_t count = 0;
            for (const json& bucket : latency["buckets"])
                count += bucket["count"].get<uint64_t>();
            CHECK(count == latency["count"]);
            // Timed are at most those that there are; all parts of one item are timed or none.
            CHECK(count <= (name == "queue_call" ? queued + wq["coalesced"].get<uint64_t>() : executed));
            if (name == "run" || name == "total")
                CHECK(count == wq["latency_ns"]["wait"]["count"]);
        }
    }
}

std::string scenario(const json& content)
{
    static unsigned number = 0;
    const std::string path = "/tmp/scenario-" + std::to_string(number++) + ".json";
    write_file(path, content.dump(2));
    return path;
}

bool eventually(const std::function<bool()>& condition)
{
    const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > limit)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return true;
}

std::string refusal(const std::function<void()>& act)
{
    try {
        act();
    } catch (const wqctl::Error& error) {
        return error.message;
    }
    return {};
}

uint64_t from_environment(const char* name, uint64_t otherwise)
{
    const char* text = std::getenv(name);
    return text && *text ? std::stoull(text) : otherwise;
}

std::string read_file(const std::string& path)
{
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

void write_file(const std::string& path, const std::string& text)
{
    std::ofstream file(path);
    file << text;
    file.close();
    if (!file)
        throw std::runtime_error("cannot write " + path);
}

std::vector<int> cpu_list(const std::string& text)
{
    std::vector<int> cpus;
    std::stringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');) {
        if (part.find_first_of("0123456789") == std::string::npos)
            continue;
        const size_t dash = part.find('-');
        const int first = std::stoi(part), last = dash == std::string::npos ? first : std::stoi(part.substr(dash + 1));
        for (int cpu = first; cpu <= last; cpu++)
            cpus.push_back(cpu);
    }
    return cpus;
}

std::vector<int> online_cpus() { return cpu_list(read_file("/sys/devices/system/cpu/online")); }

std::vector<int> pod_of(const std::string& scope, int cpu)
{
    const std::string base = "/sys/devices/system/cpu/cpu" + std::to_string(cpu);
    if (scope == "cpu")
        return {cpu};
    if (scope == "smt")
        return cpu_list(read_file(base + "/topology/thread_siblings_list"));
    if (scope == "cache")
        return cpu_list(read_file(base + "/cache/index3/shared_cpu_list"));
    if (scope == "numa") {
        for (int node = 0; node < 2; node++) {
            const auto cpus = cpu_list(read_file("/sys/devices/system/node/node" + std::to_string(node) + "/cpulist"));
            if (std::find(cpus.begin(), cpus.end(), cpu) != cpus.end())
                return cpus;
        }
    }
    return online_cpus();
}

bool kernel_lacks(const std::string& what)
{
    static const std::set<std::string> lacks = [] {
        std::set<std::string> all;
        const json info = json::parse(tool({"info", "--json"}).out);
        for (const json& lack : info["lacks"])
            all.insert(lack["what"].get<std::string>());
        return all;
    }();
    return lacks.contains(what);
}

bool kernel_runs(const Words& words)
{
    const auto has = [&](const std::string& part) {
        return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return word == part; });
    };
    const auto starts = [&](const std::string& part) {
        return std::any_of(words.begin(), words.end(),
                           [&](const std::string& word) { return word.rfind(part, 0) == 0; });
    };
    return !((has("bh") || starts("bh,")) && kernel_lacks("bh")) &&
           !((has("--scope") || has("--strict")) && kernel_lacks("scopes"));
}

bool left_out(const std::string& what)
{
    if (kernel_lacks(what))
        WARN("SKIP this kernel lacks " + what);
    return kernel_lacks(what);
}

bool kernel_has(const std::string& feature)
{
    const json features = json::parse(tool({"info", "--json"}).out)["features"];
    return std::find(features.begin(), features.end(), feature) != features.end();
}

bool module_loaded() { return std::filesystem::exists("/sys/module/wqlab"); }

void load_module()
{
    const Outcome outcome = execute({"insmod", "/lib/modules/wqlab.ko"});
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
}

void unload_module()
{
    const Outcome outcome = execute({"rmmod", "wqlab"});
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    REQUIRE_FALSE(module_loaded());
}
