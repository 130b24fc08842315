// SPDX-License-Identifier: GPL-2.0
// Whatever ends a run, it ends whole: every item executed or cancelled, and
// nothing left behind.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <signal.h>
#include <sstream>

#include "scenario/encode.hh"
#include "report/runs.hh"
#include "lab.hh"
#include "scenario/scenario.hh"

namespace fs = std::filesystem;

namespace {

json runs()
{
    const Outcome list = tool({"list", "--json"});
    return list.status == 0 ? json::parse(list.out)["runs"] : json::array();
}

bool some_run_executes()
{
    for (const json& run : runs())
        if (run["executed"].get<uint64_t>() > 0)
            return true;
    return false;
}

// Threads whose name begins so, workers of the kernel among them.
unsigned threads_named(const std::string& prefix)
{
    unsigned count = 0;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string comm = read_file(entry.path() / "comm");
        count += comm.compare(0, prefix.size(), prefix) == 0;
    }
    return count;
}

// Not by "wqlab" alone: this program is called so, too.
unsigned threads_of_module() { return threads_named("wqlab\n") + threads_named("wqlab/"); }

// Live slab objects with this code in their allocation's backtrace (boot with
// slab_debug=U): "alloc_workqueue+", or "[wqlab]" for everything of the module.
uint64_t allocations_by(const std::string& code)
{
    // KASAN keeps what is freed for a while.
    for (const auto& cache : fs::directory_iterator("/sys/kernel/slab"))
        write_file(cache.path() / "shrink", "1");
    uint64_t total = 0;
    for (const auto& cache : fs::directory_iterator("/sys/kernel/debug/slab")) {
        std::ifstream traces(cache.path() / "alloc_traces");
        // A block for each backtrace: "COUNT CODE age=…", its frames, an empty line.
        uint64_t count = 0;
        bool found = false;
        for (std::string line; std::getline(traces, line);) {
            if (line.find("age=") != std::string::npos)
                count = std::stoull(line);
            found |= line.find(code) != std::string::npos;
            if (line.empty()) {
                total += found ? count : 0;
                found = false;
            }
        }
    }
    return total;
}

const Words kEndless = {"run",     "--json",   "--no-progress", "--flags", "unbound,mem_reclaim", "--depth", "16",
                        "--sleep", "1us..2ms", "--duration",    "1h"};

Words endless()
{
    Words words = kEndless;
    words.insert(words.begin(), "wqctl");
    return words;
}

}  // namespace

TEST_CASE("kill -9 of wqctl ends its run and frees everything", "[lab]")
{
    Process victim(endless());
    REQUIRE(eventually(some_run_executes));
    CHECK(threads_named("kworker/R-wqlab") == 1);  // its rescuer
    victim.signal(SIGKILL);
    victim.wait();
    CHECK(eventually([] { return runs().empty(); }));
    CHECK(threads_named("kworker/R-wqlab") == 0);
    CHECK(threads_named("wqlab/") == 0);
}

TEST_CASE("kill -9 ends a run whose items sleep long, and it does not take as long", "[lab]")
{
    Process victim({"wqctl", "run", "--no-progress", "--ordered", "--depth", "64", "--sleep", "1h"});
    REQUIRE(eventually([] { return runs().size() == 1 && runs()[0]["queued"].get<uint64_t>() == 64; }));
    victim.signal(SIGKILL);
    victim.wait();
    // 64 items of 10 s one after the other would be 10 minutes and more.
    CHECK(eventually([] { return runs().empty(); }));
}

TEST_CASE("kill -9 ends a run whose items wait for timers, and does not wait for these", "[lab]")
{
    Process victim({"wqctl", "run", "--no-progress", "--depth", "64", "--delay", "1h"});
    REQUIRE(eventually([] { return runs().size() == 1 && runs()[0]["queued"].get<uint64_t>() == 64; }));
    victim.signal(SIGKILL);
    victim.wait();
    CHECK(eventually([] { return runs().empty(); }));
}

TEST_CASE("SIGINT ends a run early, with a whole report", "[lab]")
{
    Process interrupted(endless());
    REQUIRE(eventually(some_run_executes));
    interrupted.signal(SIGINT);
    const Outcome outcome = interrupted.wait();
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    const json report = json::parse(outcome.out);
    check_books(report);
    CHECK(report["end_reason"] == "stopped");
}

TEST_CASE("rmmod in the middle of a run waits for every item and leaves nothing", "[lab]")
{
    Process running(endless());
    REQUIRE(eventually(some_run_executes));
    unload_module();
    CHECK(threads_of_module() == 0);
    CHECK(threads_named("kworker/R-wqlab") == 0);
    CHECK(read_file("/proc/vmallocinfo").find("[wqlab]") == std::string::npos);
    const Outcome outcome = running.wait();
    CHECK(outcome.status != 0);
    CHECK_FALSE(outcome.err.empty());
    load_module();
    CHECK(runs().empty());
}

TEST_CASE("rmmod ends a detached run and its delayed items", "[lab]")
{
    Process detached({"wqctl", "run", "--detach", "--duration", "1h", "--delay", "10ms"});
    CHECK(detached.wait().status == 0);
    REQUIRE(eventually(some_run_executes));
    unload_module();
    load_module();
    CHECK(runs().empty());
}

TEST_CASE("a held run's threads are idle, no hung tasks, and go with the socket", "[lab]")
{
    wqctl::Scenario scenario;
    scenario.items = 10;
    scenario.workqueues.emplace_back().name = "held";
    scenario.issuers.emplace_back().threads = 5;
    unsigned idle = 0, others = 0;
    {
        wqctl::Lab lab;
        wqctl::Runs asked(lab);
        wqctl::Message message = wqctl::encode_run(wqctl::resolve(scenario), {});
        const uint32_t id = asked.start(message).id;
        CHECK(asked.state(id).state == WQLAB_RUN_HELD);
        // Five issuers and the conductor; a thread is runnable until it first sleeps.
        CHECK(eventually([&] {
            idle = others = 0;
            for (const auto& entry : fs::directory_iterator("/proc")) {
                const std::string stat = read_file(entry.path() / "stat");
                const size_t end = stat.rfind(')');
                if (end == std::string::npos || stat.find("(wqlab/") == std::string::npos)
                    continue;
                (stat[end + 2] == 'I' || stat[end + 2] == 'S' ? idle : others)++;
            }
            return idle == 6 && others == 0;
        }));
        // Stopped before it began, it has issued nothing, and a late release changes nothing.
        asked.stop(id);
        CHECK(eventually([&] { return asked.state(id).state == WQLAB_RUN_ENDED; }));
        asked.release(id);
        CHECK(asked.state(id).queued == 0);
    }
    CHECK(eventually([] { return runs().empty(); }));
}

TEST_CASE("items for a CPU that goes offline are not lost", "[lab]")
{
    const std::string online = "/sys/devices/system/cpu/cpu3/online";
    for (const char* flags : {"bh", "percpu", "unbound"}) {
        INFO(flags);
        if (!kernel_runs({flags}))
            continue;
        Words words = {"wqctl", "run",     "--json", "--no-progress", "--cpus", "0", "--queue-on",
                       "3",     "--depth", "8",      "--duration",    "1h"};
        if (flags != std::string("percpu"))
            words.insert(words.end(), {"--flags", flags});
        Process running(words);
        if (!eventually(some_run_executes)) {
            INFO(tool({"list"}).out << tool({"dump", "work"}).out);
            running.signal(SIGINT);
            running.signal(SIGINT);
            const Outcome outcome = running.wait();
            FAIL(outcome.out << outcome.err);
        }
        write_file(online, "0");
        const uint64_t then = runs()[0]["executed"];
        CHECK(eventually([&] { return runs()[0]["executed"].get<uint64_t>() > then + 100; }));
        running.signal(SIGINT);
        const Outcome outcome = running.wait();
        write_file(online, "1");
        INFO(outcome.err);
        REQUIRE(outcome.status == 0);
        check_books(json::parse(outcome.out));
    }
}

TEST_CASE("a detached run outlives its starter and is stopped by its id", "[lab]")
{
    const Outcome started = tool({"run", "--detach", "--json", "--flags", "unbound", "--duration", "1h"});
    INFO(started.err);
    REQUIRE(started.status == 0);
    const std::string id = std::to_string(json::parse(started.out)["id"].get<int>());
    REQUIRE(eventually(some_run_executes));
    const Outcome stopped = tool({"stop", id, "--json"});
    REQUIRE(stopped.status == 0);
    check_books(json::parse(stopped.out));
    CHECK(runs().empty());
    CHECK(tool({"stop", id}).status == 2);
}

TEST_CASE("an idle module holds what it held before its first run", "[leaks]")
{
    unload_module();
    load_module();
    const uint64_t fresh = allocations_by("[wqlab]");
    REQUIRE(fresh > 0);
    const std::string id = std::to_string(
        json::parse(tool({"run", "--detach", "--json", "--duration", "1h"}).out)["id"].get<int>());
    CHECK(allocations_by("[wqlab]") > fresh);
    CHECK(tool({"stop", id}).status == 0);
    run_one({"--flags", "unbound,mem_reclaim", "--nice", "7", "--items", "500", "--touch", "4K", "--depth", "8"});
    if (!kernel_lacks("bh"))
        run_one({"--flags", "bh", "--items", "500"});
    run_one({"--rcu", "--items", "50"});
    // wqctl has looked at the workqueue in sysfs: the kernel keeps names that were looked up.
    CHECK(eventually([&] {
        write_file("/proc/sys/vm/drop_caches", "2");
        return allocations_by("[wqlab]") == fresh;
    }));
}

// 200 of them, or WQLAB_ROUNDS.
TEST_CASE("rounds of load, run and unload leave nothing", "[leaks]")
{
    const uint64_t rounds = from_environment("WQLAB_ROUNDS", 200);
    const auto round = [](unsigned i) {
        load_module();
        if (i % 4 == 3) {
            Process victim(endless());
            REQUIRE(eventually(some_run_executes));
            if (i % 8 == 3)
                victim.signal(SIGKILL);
            unload_module();
            return;
        }
        static const Words kLoads[] = {
            {"--flags", "unbound,mem_reclaim", "--nice", "7", "--scope", "cpu", "--items", "200"},
            {"--flags", "bh,highpri", "--items", "200"},
            {"--ordered", "--delay", "1ms", "--items", "60", "--depth", "8", "--cancel", "20"},
        };
        if (kernel_runs(kLoads[i % 4]))
            run_one(kLoads[i % 4]);
        unload_module();
    };
    // Workqueues with pwqs and rescuers; pools and pwqs of changed attributes;
    // workers. What is released behind a grace period goes within the second.
    const Words kCode = {"alloc_workqueue+", "apply_wqattrs", "create_worker"};
    const auto settled = [&] {
        std::vector<uint64_t> counts, again;
        do {
            counts = again;
            again.clear();
            for (const std::string& code : kCode)
                again.push_back(allocations_by(code));
        } while (counts != again);
        return counts;
    };

    if (module_loaded())
        unload_module();
    // The first rounds create what the kernel keeps, such as a second worker for each pool.
    for (unsigned i = 0; i < 16; i++)
        round(i);
    const std::vector<uint64_t> before = settled();
    const unsigned threads = threads_named("");
    REQUIRE(before[0] > 0);
    REQUIRE(before[2] > 0);

    for (unsigned i = 16; i < 16 + rounds; i++)
        round(i);

    // Idle workers of the per-CPU pools stay for five minutes; each pool, BH
    // apart, may keep one more than at the first count.
    const unsigned slack = 2 * static_cast<unsigned>(online_cpus().size()) + 2;
    for (size_t i = 0; i < kCode.size(); i++) {
        const uint64_t most = before[i] + (kCode[i] == "create_worker" ? 2 * slack : 0);
        uint64_t now = 0;
        const bool ok = eventually([&] { return (now = allocations_by(kCode[i])) <= most; });
        INFO(kCode[i] << ": " << before[i] << " before, " << now << " after");
        CHECK(ok);
    }
    CHECK(read_file("/proc/vmallocinfo").find("[wqlab]") == std::string::npos);
    CHECK(threads_named("") <= threads + slack);
    CHECK(threads_of_module() == 0);
    CHECK(threads_named("kworker/R-wqlab") == 0);
    load_module();
}
