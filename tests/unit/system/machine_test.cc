// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "system/machine.hh"
#include "unit/report/fixtures.hh"

using namespace wqctl;

TEST_CASE("what figures depend on is read of the machine")
{
    const std::string cpu = "sys/devices/system/cpu/";
    const FakeRoot root({{"proc/cpuinfo", "processor\t: 0\nmodel name\t: Made Up 9000\nflags\t\t: fpu hypervisor lm\n"},
                         {cpu + "online", "0-3\n"},
                         {cpu + "present", "0-3\n"},
                         {cpu + "cpu0/topology/thread_siblings_list", "0-1\n"},
                         {cpu + "cpu1/topology/thread_siblings_list", "0-1\n"},
                         {cpu + "cpu2/topology/thread_siblings_list", "2\n"},
                         {cpu + "cpu3/topology/thread_siblings_list", "3\n"},
                         {cpu + "cpu0/topology/package_cpus_list", "0-3\n"},
                         {cpu + "cpu1/topology/package_cpus_list", "0-3\n"},
                         {cpu + "cpu2/topology/package_cpus_list", "0-3\n"},
                         {cpu + "cpu3/topology/package_cpus_list", "0-3\n"},
                         {"sys/module/workqueue/parameters/power_efficient", "N\n"},
                         {"sys/module/workqueue/parameters/default_affinity_scope", "cache\n"}});
    const Machine machine = Machine::read(root.path() + "/");
    CHECK(machine.model == "Made Up 9000");
    CHECK(machine.is_a_guest);
    CHECK(machine.cpus == "0-3");
    CHECK(machine.cores == 3);
    CHECK(machine.caches == 1);
    CHECK(machine.nodes == 1);
    CHECK(machine.parameters == std::vector<std::pair<std::string, std::string>>{{"default_affinity_scope", "cache"},
                                                                                 {"power_efficient", "N"}});
}
