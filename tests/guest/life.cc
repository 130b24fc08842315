// SPDX-License-Identifier: GPL-2.0
// Whatever ends a run, it ends whole: every item executed or cancelled, and
// nothing left behind.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <signal.h>
#include <sstream>

#include "lab.hh"

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
unsigned threads_of_module()
{
    return threads_named("wqlab\n") + threads_named("wqlab/");
}

// Live slab objects that code of this name allocated (boot with slab_debug=U).
// Prefix: "get_unbound_pool+" or "[wqlab]".
uint64_t allocations_by(const std::string& code)
{
    uint64_t count = 0;
    for (const auto& cache : fs::directory_iterator("/sys/kernel/debug/slab")) {
        std::ifstream traces(cache.path() / "alloc_traces");
        for (std::string line; std::getline(traces, line);)
            if (line.find(code) != std::string::npos && line.find("age=") != std::string::npos)
                count += std::stoull(line);
    }
    return count;
}

const Words kEndless = {"run", "--json", "--no-progress", "--flags", "unbound,mem_reclaim", "--depth", "16",
                        "--sleep", "1us..2ms"};

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
    Process victim({"wqctl", "run", "--no-progress", "--ordered", "--depth", "64", "--sleep", "10s"});
    REQUIRE(eventually([] { return runs().size() == 1 && runs()[0]["queued"].get<uint64_t>() == 64; }));
    victim.signal(SIGKILL);
    victim.wait();
    // 64 items of 10 s one after the other would be 10 minutes and more.
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

TEST_CASE("a held run that nobody releases goes with its owner, and with the module", "[lab]")
{
    Process detached({"wqctl", "run", "--detach", "--duration", "60s", "--delay", "10ms"});
    CHECK(detached.wait().status == 0);
    REQUIRE(eventually(some_run_executes));
    unload_module();
    load_module();
    CHECK(runs().empty());
}

TEST_CASE("a detached run outlives its starter and is stopped by its id", "[lab]")
{
    const Outcome started = tool({"run", "--detach", "--json", "--flags", "unbound"});
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

TEST_CASE("200 rounds of load, run and unload leave nothing", "[leaks]")
{
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
        run_one(kLoads[i % 4 % 3]);
        unload_module();
    };
    const auto nothing_above = [](const std::string& code, uint64_t before) {
        uint64_t now = 0;
        const bool ok = eventually([&] { return (now = allocations_by(code)) <= before; });
        INFO(code << ": " << before << " before, " << now << " after");
        CHECK(ok);
    };

    REQUIRE(fs::exists("/sys/kernel/debug/slab/kmalloc-64/alloc_traces"));
    if (module_loaded())
        unload_module();
    // The first rounds create what the kernel keeps: a second worker for each
    // pool, and the slabs of what it has not used before.
    for (unsigned i = 0; i < 8; i++)
        round(i);
    // Pools and pwqs are released behind an RCU grace period and a kthread.
    uint64_t pools = 0, pwqs = 0, workqueues = 0, workers = 0;
    REQUIRE(eventually([] { return threads_named("kworker/R-wqlab") == 0; }));
    const auto measure = [&] {
        pools = allocations_by("get_unbound_pool");
        pwqs = allocations_by("alloc_unbound_pwq");
        workqueues = allocations_by("alloc_workqueue");
        workers = allocations_by("alloc_worker");
    };
    // Still falling? Then something is still being released.
    uint64_t last;
    do {
        last = pools + pwqs + workqueues;
        execute({"sleep", "1"});
        measure();
    } while (pools + pwqs + workqueues < last);
    const unsigned threads = threads_named("");
    INFO("pools " << pools << ", pwqs " << pwqs << ", workqueues " << workqueues << ", workers " << workers
                  << ", threads " << threads);
    REQUIRE(workqueues > 0);
    REQUIRE(workers > 0);

    for (unsigned i = 8; i < 200; i++)
        round(i);

    nothing_above("get_unbound_pool", pools);
    nothing_above("alloc_unbound_pwq", pwqs);
    nothing_above("alloc_workqueue", workqueues);
    CHECK(allocations_by("[wqlab]") == 0);
    CHECK(read_file("/proc/vmallocinfo").find("[wqlab]") == std::string::npos);
    // Idle workers of the per-CPU pools stay for minutes; each pool may have
    // kept one more than at the first count, and no more than that.
    const unsigned slack = 2 * static_cast<unsigned>(online_cpus().size()) + 2;
    CHECK(allocations_by("alloc_worker") <= workers + slack);
    CHECK(threads_named("") <= threads + slack);
    CHECK(threads_of_module() == 0);
    load_module();
}
