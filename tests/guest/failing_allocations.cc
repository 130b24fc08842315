// SPDX-License-Identifier: GPL-2.0
// With each of its allocations failing once, what fails says so and leaves nothing behind; what does not fail works.
// Whether memory was lost is kmemleak's question, when all tests are over.
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <sys/syscall.h>
#include <unistd.h>

#include "dump_lab.hh"
#include "failing.hh"
#include "report/recording_requests.hh"
#include "report/runs.hh"
#include "scenario/encode.hh"
#include "source/module_source.hh"
#include "text/error.hh"
#include "traced.hh"

using namespace wqctl;

namespace {

class Opened {
public:
    Opened(const std::string& path, int flags) : descriptor_(::open(path.c_str(), flags | O_CLOEXEC)) {}
    ~Opened() { ::close(descriptor_); }
    Opened(const Opened&) = delete;

    int get() const { return descriptor_; }

private:
    int descriptor_;
};

Error refused_by_the_kernel() { return {kBad, std::strerror(errno)}; }

void nothing_is_left(bool /*refused*/)
{
    Lab lab;
    Runs asked(lab);
    // Those of a socket that was closed end by themselves.
    CHECK(eventually([&] { return asked.states().empty(); }));
}

uint32_t sections_of(const Info& info)
{
    uint32_t sections = 0;
    for (const View& view : info.views)
        sections |= view.section;
    return sections;
}

Scenario workqueues_of_all_kinds()
{
    Scenario scenario;
    scenario.items = 8;
    for (const int flags :
         {WQLAB_WQ_UNBOUND | WQLAB_WQ_MEM_RECLAIM | WQLAB_WQ_SYSFS, int{WQLAB_WQ_HIGHPRI}, int{WQLAB_WQ_MEM_RECLAIM},
          WQLAB_WQ_ORDERED | WQLAB_WQ_MEM_RECLAIM, int{WQLAB_WQ_BH}, WQLAB_WQ_UNBOUND | WQLAB_WQ_FREEZABLE}) {
        WorkqueueSpec& workqueue = scenario.workqueues.emplace_back();
        workqueue.name = "failing" + std::to_string(scenario.workqueues.size());
        workqueue.flags = static_cast<uint32_t>(flags);
    }
    scenario.issuers.emplace_back();
    return resolve(scenario);
}

// What the module knows of the kernel and of itself.
json info()
{
    const Outcome outcome = tool({"info", "--json"});
    return outcome.status == 0 ? json::parse(outcome.out) : json();
}

}  // namespace

TEST_CASE("a run with each of its allocations failing is refused or runs whole", "[leaks]")
{
    if (cannot_fail_allocations())
        return;
    const Scenario scenario = workqueues_of_all_kinds();
    std::optional<Lab> lab;
    std::optional<uint32_t> released;
    const auto begin = [&] {
        released.reset();
        lab.emplace();
        Runs asked(*lab);
        Message message = encode_run(scenario, {});
        const uint32_t id = asked.start(message).id;
        asked.release(id);
        released = id;
    };
    const auto see_its_end = [&](bool refused) {
        if (released) {
            Runs asked(*lab);
            CHECK(eventually([&] { return asked.state(*released).ended(); }));
            const RunState state = asked.state(*released);
            CHECK(state.queued == 8);
            CHECK(state.executed == 8);
        }
        lab.reset();
        nothing_is_left(refused);
    };
    CHECK(with_each_failing(begin, see_its_end) > 20);
    CHECK(all_of(dump()["workqueues"], "name", "wqlab1-failing1").empty());
}

TEST_CASE("a look at the machine with each of its allocations failing is refused or whole", "[leaks]")
{
    if (cannot_fail_allocations())
        return;
    const auto look = [] {
        Lab lab;
        ModuleSource source(lab);
        const Snapshot snapshot = source.snapshot(sections_of(source.info()));
        if (snapshot.pools.size() < online_cpus().size() * 2)
            throw std::runtime_error("pools are lacking");
    };
    CHECK(with_each_failing(look, nothing_is_left) > 5);
}

TEST_CASE("a recording of latencies with each of its allocations failing is refused or records", "[leaks]")
{
    if (cannot_fail_allocations())
        return;
    const auto record = [] {
        Lab lab;
        start_latency(lab);
        fetch_latency(lab);
        stop_latency(lab);
    };
    CHECK(with_each_failing(record, nothing_is_left) > 5);
}

TEST_CASE("a recording of events with each of its allocations failing is refused or records", "[leaks]")
{
    if (cannot_fail_allocations())
        return;
    const auto trace = [] {
        TraceOptions small;
        small.buffer_bytes = uint64_t{1} << 20;
        small.drained = false;
        Traced traced(small);
        traced.stop();
    };
    const std::string probes = read_file("/sys/kernel/debug/kprobes/list");  // the module has one of its own
    const auto nobody_traces = [&](bool refused) {
        nothing_is_left(refused);
        CHECK(eventually([] { return !somebody_traces(); }));
        CHECK(eventually([&] { return read_file("/sys/kernel/debug/kprobes/list") == probes; }));
    };
    // To attach to the kernel's functions takes thousands of them, and seconds.
    CHECK(with_each_failing(trace, nobody_traces, 20) > 5);
}

TEST_CASE("attributes whose change fails for want of memory are as they were, and items run", "[leaks]")
{
    if (cannot_fail_allocations())
        return;
    const Detached running({"--flags", "unbound", "--name", "changed", "--scope", "cpu"});
    const std::string name = running.workqueue("changed");
    const std::string directory = "/sys/devices/virtual/workqueue/" + name + "/";
    const std::vector<std::pair<std::string, std::vector<std::string>>> attributes = {
        {"nice", {"3", "5"}}, {"affinity_scope", {"numa", "cpu"}}, {"cpumask", {"3", "f"}}, {"max_active", {"7", "9"}}};
    for (const auto& [attribute, values] : attributes) {
        const std::string path = directory + attribute;
        if (!std::filesystem::exists(path))
            continue;
        INFO(attribute);
        unsigned turn = 0;
        std::string before = read_file(path);
        bool written = false;
        const auto change = [&] {
            const std::string& value = values[turn % values.size()];  // never what it is
            written = false;
            const Opened file(path, O_WRONLY);
            if (file.get() < 0 || ::write(file.get(), value.data(), value.size()) < 0)
                throw refused_by_the_kernel();
            written = true;
            turn++;
        };
        with_each_failing(change, [&](bool) {
            const std::string after = read_file(path);
            CHECK((written ? after != before : after == before));
            before = after;
            const uint64_t executed = running.state()["executed"];
            CHECK(eventually([&] { return running.state()["executed"].get<uint64_t>() > executed; }));
        });
    }
}

TEST_CASE("items run though the thread that makes threads lacks memory", "[leaks]")
{
    if (cannot_fail_allocations())
        return;
    const std::string kthreadd = "2";
    REQUIRE(line_of("/proc/2/comm") == "kthreadd");
    unsigned refused = 0, unnoticed = 0;
    for (unsigned n = 1; n <= 60; n++) {
        FailNth fail(kthreadd);
        fail.arm(n);
        // Each sleeps, so that the pool wants one worker more for each; the nice makes a pool of its own.
        const Outcome outcome = tool({"run", "--json", "--no-progress", "--flags", "unbound", "--nice",
                                      std::to_string(n % 15 + 1), "--depth", "4", "--items", "8", "--sleep", "1ms"});
        const bool failed = fail.disarm();
        INFO("with allocation " << n << " failing: " << outcome.err);
        // The run's own threads are not to be had; a worker is made the next time.
        refused += outcome.status != 0;
        if (outcome.status != 0) {
            CHECK((failed && is_for_want_of_memory(outcome.err)));
            continue;
        }
        const json report = json::parse(outcome.out);
        check_books(report);
        CHECK(report["workqueues"][0]["executed"] == 8);
        unnoticed += failed;
    }
    CHECK(refused > 0);
    CHECK(unnoticed > 0);
}

TEST_CASE("a load of the module with each of its allocations failing is refused or loads", "[leaks]")
{
    if (cannot_fail_allocations())
        return;
    const json whole = info();
    unload_module();
    const Opened file("/lib/modules/wqlab.ko", O_RDONLY);
    const auto load = [&] {
        if (::syscall(SYS_finit_module, file.get(), "", 0))
            throw refused_by_the_kernel();
    };
    const auto all_or_nothing = [&](bool refused) {
        CHECK(module_loaded() == !refused);
        CHECK(Lab::is_loaded() == !refused);
        if (!refused)
            CHECK(info() == whole);
        if (module_loaded())
            unload_module();
    };
    // Most of them are the kernel's own, for a module's memory, symbols and files; the last ones are the module's.
    CHECK(with_each_failing(load, all_or_nothing, 60) > 5);
    load_module();
    run_one({"--flags", "unbound", "--items", "20"});
}
