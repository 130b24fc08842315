// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "system/topology.hh"
#include "unit/report/fixtures.hh"

using namespace wqctl;

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
        {cpu + "isolated", "2"},
        {cpu + "nohz_full", "(null)"},
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
    CHECK(topology.isolated == CpuList{2});
    CHECK(topology.pod(1, "smt") == 0u);
    CHECK(topology.pod(2, "smt") == 2u);
    CHECK(topology.pod(2, "cache") == 0u);
    CHECK(topology.pod(1, "numa") != topology.pod(2, "numa"));
    CHECK(topology.default_scope == "numa");
    CHECK(topology.power_efficient);
    CHECK_THROWS(Topology::read(root.path() + "/nowhere"));
}

TEST_CASE("before there were affinity scopes, the pods of unbound workqueues were nodes, or all CPUs")
{
    const std::string cpu = "sys/devices/system/cpu/", parameter = "sys/module/workqueue/parameters/disable_numa";
    for (const auto& [disabled, scope] : {std::pair{"N", "numa"}, {"Y", "system"}}) {
        const FakeRoot root({{cpu + "online", "0"}, {cpu + "present", "0"}, {parameter, disabled}});
        CHECK(Topology::read(root.path()).default_scope == scope);
    }
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
