// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "unit/report/fixtures.hh"
#include "report/placement.hh"
#include "report/wq_sysfs.hh"

using namespace wqctl;

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
