// SPDX-License-Identifier: GPL-2.0
// Affinity, on a machine with two sockets, two cores in each, two threads in
// each, and two NUMA nodes. The pods are read from sysfs, not from wqlab.
#include <algorithm>
#include <catch2/catch.hpp>

#include "lab.hh"

namespace {

bool inside(const std::vector<int>& pod, int cpu) { return std::find(pod.begin(), pod.end(), cpu) != pod.end(); }

}  // namespace

TEST_CASE("the machine has pods of every size", "[topology]")
{
    CHECK(online_cpus().size() == 8);
    CHECK(pod_of("smt", 0).size() == 2);
    CHECK(pod_of("cache", 0).size() == 4);
    CHECK(pod_of("numa", 0).size() == 4);
}

TEST_CASE("items of a strict scope stay inside the pod of the CPU that queued them", "[topology]")
{
    if (left_out("scopes"))
        return;
    for (const std::string scope : {"cpu", "smt", "cache", "numa", "system"}) {
        for (const int cpu : {0, 3, 6}) {
            INFO(scope << " from CPU " << cpu);
            const json wq = run_one({"--flags", "unbound", "--scope", scope, "--strict", "--cpus", std::to_string(cpu),
                                     "--items", "600", "--depth", "16", "--sleep", "1us..100us"});
            CHECK(wq["attributes"]["scope"] == scope);
            CHECK(wq["off_scope"] == 0);
            for (const json& where : wq["cpus"])
                if (where["executed"].get<uint64_t>())
                    CHECK(inside(pod_of(scope, cpu), where["cpu"]));
        }
    }
}

TEST_CASE("off_scope counts what a wide placement does to a narrow expectation", "[topology]")
{
    if (left_out("scopes"))
        return;
    // Strict system scope, queued from one CPU, many sleeping items: the
    // scheduler spreads them, so some must run outside of that CPU.
    const json wq = run_one({"--flags", "unbound", "--scope", "system", "--strict", "--cpus", "0", "--items", "4000",
                             "--depth", "32", "--spin", "200us"});
    CHECK(wq["off_cpu"].get<uint64_t>() > 0);
    CHECK(wq["off_scope"] == 0);
}

TEST_CASE("nice and cpumask of an unbound workqueue are kept and put on record", "[topology]")
{
    const json wq = run_one(
        {"--flags", "unbound", "--nice", "7", "--cpumask", "2-3", "--items", "800", "--depth", "8"});
    CHECK(wq["nice"] == json::array({7}));
    CHECK(wq["attributes"]["nice"] == 7);
    for (const json& where : wq["cpus"])
        if (where["executed"].get<uint64_t>())
            CHECK(inside({2, 3}, where["cpu"]));
}

TEST_CASE("an ordered workqueue keeps its scope where the kernel lets it have one", "[topology]")
{
    // On record only: all of its items go through one pool, which is that of no pod.
    if (!kernel_has("ordered_sysfs")) {
        WARN("SKIP this kernel shows no attributes of ordered workqueues");
        return;
    }
    const json wq = run_one(
        {"--ordered", "--scope", "smt", "--strict", "--cpus", "3", "--items", "300", "--depth", "16"});
    CHECK(wq["attributes"]["scope"] == "smt");
    CHECK(wq["max_concurrency"] == 1);
}

TEST_CASE("queue_work_node() runs items of a strict numa scope on the node named", "[topology]")
{
    if (left_out("scopes"))
        return;
    for (const int node : {0, 1}) {
        const json wq = run_one({"--flags", "unbound", "--scope", "numa", "--strict", "--queue-node",
                                 std::to_string(node), "--items", "500", "--depth", "8"});
        const auto cpus = cpu_list(read_file("/sys/devices/system/node/node" + std::to_string(node) + "/cpulist"));
        for (const json& where : wq["cpus"])
            if (where["executed"].get<uint64_t>())
                CHECK(inside(cpus, where["cpu"]));
    }
}
