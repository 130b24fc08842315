// SPDX-License-Identifier: GPL-2.0
// What wqctl explain says, against what the kernel's own events, its threads'
// names and sysfs say.
#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <sstream>

#include "source/module_source.hh"
#include "wire/lab.hh"
#include "lab.hh"
#include "trace_log.hh"

namespace fs = std::filesystem;

namespace {

const char* const kThreadsMax = "/proc/sys/kernel/threads-max";
const char* const kThreshold = "/sys/module/workqueue/parameters/cpu_intensive_thresh_us";
const char* const kOnline = "/sys/devices/system/cpu/online";

// All that an experiment may leave behind.
struct State {
    std::string threads_max = read_file(kThreadsMax);
    std::string threshold = read_file(kThreshold);
    std::string online = read_file(kOnline);
    json runs = json::parse(tool({"list", "--json"}).out)["runs"];
    std::set<std::string> workqueues;
    size_t unbound_pools = 0;

    State()
    {
        wqctl::Lab lab;
        const wqctl::Snapshot snapshot = wqctl::ModuleSource(lab).snapshot(WQLAB_SECTIONS_ALL);
        for (const wqlab_snap_workqueue& workqueue : snapshot.workqueues)
            if (snapshot.string(workqueue.name).starts_with("wqlab"))
                workqueues.insert(snapshot.string(workqueue.name));
        for (const wqlab_snap_pool& pool : snapshot.pools)
            unbound_pools += pool.cpu < 0;
    }
    bool operator==(const State&) const = default;
};

std::vector<std::string> topics()
{
    std::vector<std::string> names;
    const json list = json::parse(tool({"explain", "--list", "--json"}).out);
    for (const json& topic : list["topics"])
        names.push_back(topic["topic"]);
    return names;
}

// Asks one topic, checks all that it states, and gives what it says.
json ask(const std::string& topic)
{
    const Outcome outcome = tool({"explain", topic, "--json"});
    INFO(outcome.err);
    INFO(outcome.out);
    REQUIRE(outcome.status == 0);
    const json said = json::parse(outcome.out)["topics"][0];
    REQUIRE(said["skipped"].is_null());
    CHECK_FALSE(said["statements"].empty());
    return said;
}

const json& seen(const json& topic, const std::string& what)
{
    for (const json& row : topic["seen"])
        if (row["what"].get<std::string>().starts_with(what))
            return row;
    FAIL("nothing was seen of \"" << what << "\"");
    throw std::logic_error("unreachable");
}

// Those of the gate; an issuer may queue one more while it is being stopped.
std::vector<TracedItem> first(std::vector<TracedItem> items, size_t count)
{
    REQUIRE(items.size() >= count);
    items.resize(count);
    return items;
}

bool is_rt() { return read_file("/proc/version").find("PREEMPT_RT") != std::string::npos; }

// Some pods by sysfs; the scopes that have no file for them are not known here.
std::set<std::vector<int>> pods(const std::string& scope)
{
    std::set<std::vector<int>> all;
    for (const int cpu : online_cpus()) {
        const std::string base = "/sys/devices/system/cpu/cpu" + std::to_string(cpu);
        if (scope == "cpu")
            all.insert({cpu});
        else if (scope == "smt")
            all.insert(cpu_list(read_file(base + "/topology/thread_siblings_list")));
        else if (scope == "system")
            all.insert(online_cpus());
    }
    if (scope == "numa")
        for (const auto& node : fs::directory_iterator("/sys/devices/system/node"))
            if (fs::exists(node.path() / "cpulist"))
                all.insert(cpu_list(read_file(node.path() / "cpulist")));
    all.erase(std::vector<int>{});
    return all;
}

}  // namespace

TEST_CASE("explain --all answers every question, every sentence holds, and nothing stays behind", "[inspect]")
{
    const State before;
    CHECK(before.workqueues.empty());
    const Outcome outcome = tool({"explain", "--all", "--json"});
    INFO(outcome.err);
    REQUIRE((outcome.status == 0 || outcome.status == 1));
    const json said = json::parse(outcome.out);
    CHECK(said["schema"] == "wqlab/explain/1");
    std::vector<std::string> answered;
    for (const json& topic : said["topics"]) {
        INFO(topic.dump(2));
        answered.push_back(topic["topic"]);
        if (kernel_lacks("scopes") && !topic["skipped"].is_null())
            continue;
        CHECK(topic["skipped"].is_null());
        CHECK(topic["statements"].size() > 1);
        CHECK(topic["seen"].size() > 1);
        for (const json& statement : topic["statements"])
            CHECK(statement["holds"] == true);
    }
    CHECK(answered == topics());
    CHECK(answered.size() >= 16);
    CHECK(outcome.status == 0);
    CHECK(eventually([&] { return State() == before; }));
}

TEST_CASE("explanations for people are 80 columns wide at most, and say what holds", "[inspect]")
{
    const Outcome outcome = execute(
        {"env", "COLUMNS=80", "wqctl", "explain", "percpu", "sharing", "bh", "max_active", "rescuer"});
    INFO(outcome.err);
    CHECK(outcome.status == 0);
    std::stringstream lines(outcome.out);
    unsigned ok = 0;
    for (std::string line; std::getline(lines, line);) {
        CAPTURE(line);
        CHECK(line.size() <= 80);
        ok += line.starts_with("  ok  ");
    }
    CHECK(ok > (kernel_lacks("scopes") ? 2u : 15u));
    CHECK(tool({"explain", "sharin"}).status == 2);
    CHECK(tool({"explain"}).out.find("sharing") != std::string::npos);
    CHECK(tool({"explain", "percpu"}, Process::As::Nobody).status == 3);
}

TEST_CASE("the pools and workers that explain tells of are the kernel's threads", "[inspect]")
{
    if (left_out("scopes"))
        return;
    SECTION("creation: one rescuer, and a pool with worker 0")
    {
        TraceLog trace;
        const json said = ask("creation");
        trace.stop();
        CHECK(trace.names().count("kworker/R-wqlab") == 1);
        CHECK(seen(said, "rescuer with it")["after"].get<std::string>().starts_with("kworker/R-wqlab"));
        CHECK(trace.some_pool_got({0}, true));
        CHECK(trace.items().empty());
    }
    SECTION("percpu: two names for each CPU")
    {
        std::set<std::string> pools;
        for (const auto& entry : fs::directory_iterator("/proc")) {
            const std::string name = read_file(entry.path() / "comm");
            if (name.compare(0, 8, "kworker/") == 0 && std::isdigit(name[8]))
                pools.insert(name.substr(8, name.find(':') - 8) + (name.find('H') != std::string::npos ? "H" : ""));
        }
        const json said = ask("percpu");
        const size_t counted = seen(said, "per-CPU pools")["after"];
        CHECK(counted == pools.size());
        CHECK(counted == 2 * cpu_list(read_file("/sys/devices/system/cpu/possible")).size());
    }
    SECTION("sharing: a first worker for each pool, and no more")
    {
        TraceLog trace;
        const json said = ask("sharing");
        trace.stop();
        std::set<int> ids;
        for (const char* whose : {"first", "nicer", "strict", "narrow"}) {
            const int id = seen(said, std::string("pool of ") + whose)["after"];
            CHECK(ids.insert(id).second);
            CHECK(trace.workers_of("u" + std::to_string(id)) == std::set<int>{0});
        }
        CHECK(seen(said, "pool of first")["before"] == seen(said, "pool of first")["after"]);
    }
    SECTION("workers: one more for each item that sleeps")
    {
        TraceLog trace;
        const json said = ask("workers");
        trace.stop();
        CHECK(trace.some_pool_got({0, 1, 2, 3}, true));
        CHECK(seen(said, "with 3 items")["before"] == 4);
    }
    SECTION("idle: all that eight items needed")
    {
        TraceLog trace;
        const json said = ask("idle");
        trace.stop();
        CHECK(trace.some_pool_got({0, 1, 2, 3, 4, 5, 6, 7, 8}, false));
        CHECK(seen(said, "of which idle")["after"] >= 9);
    }
}

TEST_CASE("explain's pods are those of sysfs", "[inspect]")
{
    if (left_out("scopes"))
        return;
    const json said = ask("scopes");
    for (const char* scope : {"cpu", "smt", "numa", "system"}) {
        const std::set<std::vector<int>> known = pods(scope);
        if (known.empty())  // no NUMA
            continue;
        std::set<std::vector<int>> with_default = known;
        with_default.insert(online_cpus());
        const std::string what = std::string("scope ") + scope;
        const json& row = seen(said, what);
        CAPTURE(scope);
        CHECK(row["before"] == known.size());
        CHECK(row["after"] == with_default.size());
    }
    std::string kernels = read_file("/sys/module/workqueue/parameters/default_affinity_scope");
    kernels.pop_back();
    CHECK_NOTHROW(seen(said, "scope " + kernels + " (the default)"));
}

TEST_CASE("the kernel's events say of items what explain says", "[inspect]")
{
    if (left_out("scopes"))
        return;
    TraceLog trace;
    SECTION("queueing: the CPU, the pool's CPU and the CPU that executes are the same")
    {
        ask("queueing");
        trace.stop();
        for (const int cpu : online_cpus())
            for (const char* kind : {"percpu", "highpri"}) {
                const auto items = trace.items(kind + std::to_string(cpu));
                CHECK_FALSE(items.empty());
                for (const TracedItem& item : items) {
                    CHECK(item.queued_on == cpu);
                    CHECK(item.pool_cpu == cpu);
                    CHECK(item.began_on == cpu);
                }
            }
        for (const TracedItem& item : trace.items("sent")) {
            CHECK(item.queued_on == online_cpus().front());
            CHECK(item.pool_cpu == online_cpus().back());
        }
    }
    SECTION("sleeping: all at once, each by another worker")
    {
        ask("sleeping");
        trace.stop();
        const auto items = first(trace.items("sleep"), 4);
        std::set<int> pids;
        for (const TracedItem& item : items)
            pids.insert(item.pid);
        CHECK(pids.size() == 4);
        CHECK(most_at_once(items, &TracedItem::began, &TracedItem::ended) == 4);
    }
    SECTION("spinning: one at a time below the threshold")
    {
        const json said = ask("spinning");
        trace.stop();
        // The first run's. Whether others begin beside the second's depends on
        // the kernel's preemption.
        const auto all = trace.items("spin");
        std::vector<TracedItem> below;
        std::copy_if(all.begin(), all.end(), std::back_inserter(below),
                     [&](const TracedItem& item) { return item.run == all.front().run; });
        CHECK(below.size() > 3);
        CHECK(below.size() < all.size());
        CHECK(most_at_once(below, &TracedItem::began, &TracedItem::ended) == 1);
        CHECK(seen(said, "the most at once")["before"] == 1);
    }
    SECTION("max_active: so many are active, on each CPU or node")
    {
        const json said = ask("max_active");
        trace.stop();
        for (const int cpu : {online_cpus().front(), online_cpus().back()}) {
            std::vector<TracedItem> items;
            for (const TracedItem& item : trace.items("percpu"))
                if (item.pool_cpu == cpu)
                    items.push_back(item);
            CHECK(items.size() >= 5);
            CHECK(most_at_once(items, &TracedItem::activated, &TracedItem::ended) == 2);
        }
        unsigned all = 0;
        for (const json& row : said["seen"])
            if (row["what"].get<std::string>().starts_with("unbound"))
                all += row["before"].get<unsigned>();
        CHECK(most_at_once(trace.items("unbound"), &TracedItem::activated, &TracedItem::ended) == all);
    }
    SECTION("flush: the barrier is executed by the worker of the item")
    {
        ask("flush");
        trace.stop();
        const auto items = trace.items("flush"), barriers = trace.items("barrier");
        CHECK_FALSE(items.empty());
        CHECK(std::any_of(barriers.begin(), barriers.end(), [&](const TracedItem& barrier) {
            return barrier.pid == items.at(0).pid && barrier.began > items.at(0).ended;
        }));
    }
    SECTION("ordered: one at a time, in the order of the queue")
    {
        ask("ordered");
        trace.stop();
        const auto items = trace.items("ordered");
        const size_t gate = 2 * std::min<size_t>(8, online_cpus().size());
        CHECK(items.size() >= gate);
        CHECK(most_at_once(items, &TracedItem::began, &TracedItem::ended) == 1);
        CHECK(std::is_sorted(items.begin(), items.end(),
                             [](const TracedItem& a, const TracedItem& b) { return a.began < b.began; }));
        CHECK(most_at_once(trace.items("other"), &TracedItem::began, &TracedItem::ended) >= gate);
    }
    SECTION("bh: in softirqs, on the CPU that queued them")
    {
        const json said = ask("bh");
        trace.stop();
        const auto items = trace.items("bh");
        CHECK(items.size() == seen(said, "items in softirq")["after"]);
        for (const TracedItem& item : items) {
            if (!is_rt())
                CHECK(item.softirq);
            CHECK(item.queued_on == item.began_on);
        }
        for (const TracedItem& item : trace.items("percpu"))
            CHECK_FALSE(item.softirq);
    }
    SECTION("rescuer: its thread executes the first item, the others wait for workers")
    {
        const json said = ask("rescuer");
        trace.stop();
        unsigned rescued = 0;
        const auto items = trace.items("reclaim");
        for (const TracedItem& item : items)
            rescued += item.task.starts_with("kworker/R-wqlab");
        CHECK(rescued == seen(said, "rescued")["after"]);
        CHECK(items.size() > rescued);
        CHECK(trace.names().count("kworker/R-wqlab") == 1);
    }
    SECTION("hotplug: items begin on the CPU and end on another")
    {
        const json said = ask("hotplug");
        trace.stop();
        for (const TracedItem& item : first(trace.items("ends"), seen(said, "items that ended")["after"])) {
            CHECK(item.began_on == online_cpus().back());
            CHECK(item.ended_on != item.began_on);
        }
    }
}

TEST_CASE("an explanation that is broken off leaves the machine as it was", "[inspect]")
{
    const State before;
    struct {
        const char* topic;
        const char* file;
    } const changes[] = {{"rescuer", kThreadsMax}, {"hotplug", kOnline}, {"spinning", kThreshold}};
    for (const auto& change : changes) {
        if (!fs::exists(change.file))  // this kernel has not what the topic is about
            continue;
        for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGKILL}) {
            CAPTURE(change.topic, signal);
            const std::string value = read_file(change.file);
            // On a slow machine the moment may have passed before the file is read.
            bool caught = false;
            CHECK(eventually([&] {
                Process victim({"wqctl", "explain", change.topic});
                while (!caught && fs::exists("/proc/" + std::to_string(victim.pid()) + "/exe"))
                    caught = read_file(change.file) != value;
                victim.signal(signal);
                const Outcome outcome = victim.wait();
                if (signal == SIGINT || signal == SIGTERM)
                    CHECK((outcome.status == 130 || outcome.status == 0));
                return caught;
            }));
            CHECK(eventually([&] { return read_file(change.file) == value; }));
            CHECK(eventually([&] { return State() == before; }));
        }
    }
}
