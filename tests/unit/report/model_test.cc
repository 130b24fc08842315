// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <random>

#include <catch2/catch.hpp>

#include "unit/report/fixtures.hh"
#include "report/placement.hh"
#include "report/wq_sysfs.hh"

using namespace wqctl;

TEST_CASE("percentiles are those of the sorted values, within the stated error")
{
    std::mt19937_64 random(4);
    for (int round = 0; round < 50; round++) {
        std::vector<uint64_t> values(1 + random() % 5000);
        Latency latency;
        latency.min = UINT64_MAX;
        for (uint64_t& value : values) {
            value = random() >> (25 + random() % 39);
            latency.add_bucket(Latency::Geometry::index(value), 1);
            latency.count++;
            latency.sum += value;
            latency.min = std::min(latency.min, value);
            latency.max = std::max(latency.max, value);
        }
        std::sort(values.begin(), values.end());
        for (double fraction : {0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0}) {
            const auto rank = static_cast<size_t>(std::ceil(fraction * static_cast<double>(values.size()) - 1e-9));
            const auto truth = static_cast<double>(values[std::max<size_t>(rank, 1) - 1]);
            const double error = std::abs(static_cast<double>(latency.percentile(fraction)) - truth);
            CHECK(error * 1e6 <= truth * Latency::Geometry::kWorstErrorPpm);
        }
    }
}

TEST_CASE("an empty latency has percentiles of 0")
{
    CHECK(Latency().percentile(0.5) == 0);
    CHECK(Latency().mean() == 0);
}

TEST_CASE("chunks of a histogram add up in any order")
{
    Latency latency;
    latency.add_bucket(7, 1);
    latency.add_bucket(3, 2);
    latency.add_bucket(7, 4);
    REQUIRE(latency.buckets.size() == 2);
    CHECK(latency.buckets[0].index == 3);
    CHECK(latency.buckets[1].count == 5);
}

TEST_CASE("counts that do not add up are found, once the run has ended")
{
    RunReport report = make_report({"a", "b"});
    CHECK(broken_promises(report).empty());
    report.workqueues[1].queued += 3;
    report.workqueues[1].queued_at[0].count += 3;
    REQUIRE(broken_promises(report).size() == 1);
    CHECK(broken_promises(report)[0] ==
          "workqueue \"b\": 1234580 items were queued, but 1234567 executed and 10 cancelled: 3 are lost");
    report.run.state = WQLAB_RUN_RUNNING;
    CHECK(broken_promises(report).empty());

    report = make_report({"a"});
    report.workqueues[0].flows[0].count--;
    CHECK(broken_promises(report).size() == 1);
    report = make_report({"a"});
    report.workqueues[0].queued_at.clear();
    CHECK(broken_promises(report).size() == 1);
    report = make_report({"a"});
    report.workqueues[0].reordered = 1;
    CHECK(broken_promises(report).size() == 1);
}

TEST_CASE("pods are those of the machine")
{
    const Topology topology = two_sockets();
    const auto same = [&](uint32_t a, uint32_t b, const char* scope) {
        return topology.pod(a, scope) == topology.pod(b, scope);
    };
    CHECK(same(0, 0, "cpu"));
    CHECK(!same(0, 1, "cpu"));
    CHECK(same(0, 1, "smt"));
    CHECK(!same(1, 2, "smt"));
    CHECK(same(0, 3, "cache"));
    CHECK(!same(3, 4, "cache"));
    CHECK(same(4, 7, "numa"));
    CHECK(!same(3, 4, "numa"));
    CHECK(same(0, 7, "system"));
    CHECK(!topology.pod(8, "cpu"));
    CHECK(!topology.pod(0, "galaxy"));
    CHECK(!topology.pod(0, "cache_shard"));
}

TEST_CASE("a large cache is cut into even shards of cores")
{
    Topology topology;
    for (uint32_t cpu = 0; cpu < 40; cpu++)
        topology.online[cpu] = {cpu & ~1u, 0, 0};  // 20 cores of 2 threads
    topology.cache_shard_size = 8;                 // 2.5 shards: 3 of 7, 7 and 6 cores
    CHECK(topology.pod(0, "cache_shard") == 0u);
    CHECK(topology.pod(13, "cache_shard") == 0u);
    CHECK(topology.pod(14, "cache_shard") == 14u);
    CHECK(topology.pod(27, "cache_shard") == 14u);
    CHECK(topology.pod(28, "cache_shard") == 28u);
    CHECK(topology.pod(39, "cache_shard") == 28u);
    topology.cache_shard_size = 100;
    CHECK(topology.pod(39, "cache_shard") == 0u);
}

TEST_CASE("the machine is read from sysfs")
{
    const std::string cpu = "sys/devices/system/cpu/";
    std::vector<std::pair<std::string, std::string>> files = {
        {cpu + "online", "0-2"},
        {cpu + "present", "0-3"},
        {"sys/devices/system/node/online", "0-1"},
        {"sys/devices/system/node/node0/cpulist", "0-1"},
        {"sys/devices/system/node/node1/cpulist", "2-3"},
        {"sys/module/workqueue/parameters/default_affinity_scope", "numa"},
        {"sys/module/workqueue/parameters/power_efficient", "Y"},
    };
    for (int i = 0; i < 3; i++) {
        const std::string dir = cpu + "cpu" + std::to_string(i);
        files.emplace_back(dir + "/topology/thread_siblings_list", i < 2 ? "0-1" : "2-3");
        files.emplace_back(dir + "/cache/index0/level", "1");
        files.emplace_back(dir + "/cache/index0/shared_cpu_list", std::to_string(i));
        files.emplace_back(dir + "/cache/index3/level", "3");
        files.emplace_back(dir + "/cache/index3/shared_cpu_list", "0-3");
    }
    const FakeRoot root(files);
    const Topology topology = Topology::read(root.path());
    CHECK(topology.online_list() == "0-2");
    CHECK(topology.present.size() == 4);
    CHECK(topology.pod(1, "smt") == 0u);
    CHECK(topology.pod(2, "smt") == 2u);
    CHECK(topology.pod(2, "cache") == 0u);
    CHECK(topology.pod(1, "numa") != topology.pod(2, "numa"));
    CHECK(topology.default_scope == "numa");
    CHECK(topology.power_efficient);
    CHECK_THROWS(Topology::read(root.path() + "/nowhere"));
}

TEST_CASE("without a cache in sysfs the package takes its place")
{
    const std::string cpu = "sys/devices/system/cpu/";
    const FakeRoot root({{cpu + "online", "0-1"},
                         {cpu + "cpu0/topology/package_cpus_list", "0-1"},
                         {cpu + "cpu1/topology/package_cpus_list", "0-1"}});
    const Topology topology = Topology::read(root.path());
    CHECK(topology.pod(0, "cache") == topology.pod(1, "cache"));
    CHECK(topology.pod(0, "smt") != topology.pod(1, "smt"));
    CHECK(topology.nodes == CpuList{0});
}

TEST_CASE("items that leave their pod are counted by the scope that holds for them")
{
    const Topology topology = two_sockets();
    WorkqueueReport wq;
    wq.flows = {{0, 0, 100}, {0, 1, 10}, {0, 2, 20}, {0, 4, 40}};
    const auto judge = [&](uint32_t flags, std::optional<std::string> scope) {
        wq.flags = flags;
        wq.attributes.scope = std::move(scope);
        judge_placement(wq, topology);
        return wq.off_scope;
    };
    CHECK(judge(0, {}) == 70u);
    CHECK(wq.off_cpu == 70);
    CHECK(wq.scope == "cpu");
    CHECK(judge(WQLAB_WQ_BH, {}) == 70u);
    CHECK(judge(WQLAB_WQ_UNBOUND, "cpu") == 70u);
    CHECK(judge(WQLAB_WQ_UNBOUND, "smt") == 60u);
    CHECK(judge(WQLAB_WQ_UNBOUND, "cache") == 40u);
    CHECK(judge(WQLAB_WQ_UNBOUND, "numa") == 40u);
    CHECK(judge(WQLAB_WQ_UNBOUND, "system") == 0u);
    CHECK(judge(WQLAB_WQ_UNBOUND, {}) == 40u);
    CHECK(wq.scope == "cache");
    CHECK(judge(WQLAB_WQ_UNBOUND | WQLAB_WQ_ORDERED, "cpu") == 0u);
    CHECK(judge(WQLAB_WQ_POWER_EFFICIENT, {}) == 70u);
    CHECK(!judge(WQLAB_WQ_UNBOUND, "galaxy"));
    wq.system = "system_unbound_wq";
    CHECK(judge(0, {}) == 40u);
    wq.system = "system_dfl_wq";
    CHECK(judge(0, {}) == 40u);
    wq.system = "system_wq";
    CHECK(judge(0, {}) == 70u);
    wq.flows.push_back({0, 9, 1});
    CHECK(!judge(0, {}));
}

TEST_CASE("attributes are written to sysfs and read back")
{
    const std::string dir = "sys/devices/virtual/workqueue/wqlab1-a/";
    const FakeRoot root({{dir + "affinity_scope", "default (cache)"},
                         {dir + "affinity_strict", "0"},
                         {dir + "nice", "0"},
                         {dir + "cpumask", "ff"}});
    WqAttributes before = read_attributes("wqlab1-a", root.path());
    CHECK(before.scope == "cache");
    CHECK(before.scope_is_default);
    CHECK(before.cpumask == CpuList{0, 1, 2, 3, 4, 5, 6, 7});

    WorkqueueSpec spec;
    spec.name = "a";
    spec.scope = "numa";
    spec.strict = true;
    spec.nice = -5;
    spec.cpumask = CpuList{0, 3};
    write_attributes(spec, "wqlab1-a", root.path());
    const WqAttributes after = read_attributes("wqlab1-a", root.path());
    CHECK(after.scope == "numa");
    CHECK(!after.scope_is_default);
    CHECK(after.strict == true);
    CHECK(after.nice == -5);
    CHECK(after.cpumask == CpuList{0, 3});
    CHECK_THAT(error_of([&] { write_attributes(spec, "wqlab9-b", root.path()); }),
               Catch::StartsWith("workqueue \"a\": the kernel refused \"-5\" for "));
    CHECK(!read_attributes("wqlab9-b", root.path()).scope);
}
