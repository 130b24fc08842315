// SPDX-License-Identifier: GPL-2.0
// Where items go on a made-up machine.
#include <catch2/catch.hpp>

#include "unit/report/fixtures.hh"
#include "commands/where/parts.hh"
#include "unit/commands/where/where_machine.hh"

using namespace wqctl;

namespace {

constexpr uint64_t kItem = 0xabc;

const WherePlace& only(const WhereAnswer& answer)
{
    REQUIRE(answer.places.size() == 1);
    return answer.places.front();
}

}  // namespace

TEST_CASE("a per-CPU item goes to the pool of the CPU where it is queued, or of the CPU that is asked for")
{
    WhereMachine machine;
    const uint32_t plain = machine.add_bound("plain"), high = machine.add_bound("high", WQLAB_WQ_HIGHPRI);
    for (const uint32_t wq : {plain, high})
        for (uint32_t cpu = 0; cpu < 8; cpu++) {
            const WhereAnswer answer = machine.ask({.workqueue = wq}, cpu);
            CHECK(only(answer).pool == machine.pool_of(wq, cpu).id);
            CHECK(only(answer).runs_on == CpuList{cpu});
            CHECK(only(answer).chosen == CpuList{cpu});
            CHECK(says(answer, "__queue_work()", "not WQ_UNBOUND"));
            const WhereAnswer on = machine.ask({.workqueue = wq, .work_on = 7 - cpu}, cpu);
            CHECK(only(on).pool == machine.pool_of(wq, 7 - cpu).id);
            CHECK(says(on, "queue_work_on()"));
        }
    CHECK(machine.pool_of(high, 3).nice == -20);
    CHECK(machine.pool_of(high, 3).id != machine.pool_of(plain, 3).id);
}

TEST_CASE("without a CPU there is an answer for each online one")
{
    WhereMachine machine({0, 1, 2, 3, 4, 6, 7});
    const uint32_t wq = machine.add_bound("plain");
    const auto answers = where(machine.snapshot, {.workqueue = wq});
    REQUIRE(answers.size() == 7);
    CHECK(answers[5].from == 6);
    CHECK(only(answers[5]).pool == machine.pool_of(wq, 6).id);
}

TEST_CASE("an unbound item goes to the pod of its CPU, under every scope")
{
    WhereMachine machine;
    const std::pair<uint32_t, CpuList> expected[] = {
        {WhereMachine::kDefault, {4, 5, 6, 7}}, {WhereMachine::kCpu, {5}},
        {WhereMachine::kSmt, {4, 5}},           {WhereMachine::kCache, {4, 5, 6, 7}},
        {WhereMachine::kNuma, {4, 5, 6, 7}},    {WhereMachine::kSystem, {0, 1, 2, 3, 4, 5, 6, 7}}};
    for (const bool strict : {false, true})
        for (const auto& [scope, pod] : expected) {
            const uint32_t wq = machine.add_unbound("wq", {.scope = scope, .strict = strict});
            const WhereAnswer answer = machine.ask({.workqueue = wq}, 5);
            INFO(scope << strict);
            CHECK(only(answer).pool == machine.pool_of(wq, 5).id);
            CHECK(only(answer).scope == (scope == WhereMachine::kDefault ? WhereMachine::kCache : scope));
            CHECK(only(answer).starts_on == pod);
            CHECK(only(answer).runs_on == (strict ? pod : CpuList{0, 1, 2, 3, 4, 5, 6, 7}));
            CHECK(says(answer, "pool_allowed_cpus()", strict ? "strict: " : "not strict: "));
            CHECK(says(answer, "wqattrs_pod_type()", "the default") == (scope == WhereMachine::kDefault));
            CHECK(!says(answer, "unbound_wq_update_pwq()"));
        }
}

TEST_CASE("of a pod counts what the cpumask allows, and all that is allowed if that is nothing")
{
    WhereMachine machine;
    const uint32_t wq = machine.add_unbound("wq", {.scope = WhereMachine::kSmt, .cpus = {1, 2, 3}});
    const WhereAnswer part = machine.ask({.workqueue = wq}, 0);
    CHECK(only(part).starts_on == CpuList{1});
    CHECK(only(part).runs_on == CpuList{1, 2, 3});
    CHECK(says(part, "wq_calc_pod_cpumask()", "allow 1"));
    CHECK(!only(part).is_whole);
    const WhereAnswer none = machine.ask({.workqueue = wq}, 6);
    CHECK(only(none).is_whole);
    CHECK(only(none).pod == 3);
    CHECK(only(none).starts_on == CpuList{1, 2, 3});
    CHECK(says(none, "wq_calc_pod_cpumask()", "all that is allowed"));
    CHECK(!says(none, "unbound_wq_update_pwq()"));
}

TEST_CASE("a pool that is not that of the pod is said to be out of date")
{
    WhereMachine machine;
    const uint32_t wq = machine.add_unbound("wq", {.scope = WhereMachine::kSmt});
    machine.pool_of(wq, 2).pod_cpus = machine.mask({0, 1, 2, 3});
    CHECK(says(machine.ask({.workqueue = wq}, 2), "unbound_wq_update_pwq()", "0-3"));
}

TEST_CASE("a CPU outside of wq_unbound_cpumask gives its unbound items to the others, in turn")
{
    WhereMachine machine;
    machine.restrict_unbound({2, 3, 6});
    const uint32_t wq = machine.add_unbound("wq", {.scope = WhereMachine::kCpu, .strict = true});
    const WhereAnswer outside = machine.ask({.workqueue = wq}, 0);
    CHECK(outside.in_turn);
    REQUIRE(outside.places.size() == 3);
    for (size_t i = 0; i < 3; i++) {
        const uint32_t cpu = CpuList{2, 3, 6}[i];
        CHECK(outside.places[i].chosen == CpuList{cpu});
        CHECK(outside.places[i].pool == machine.pool_of(wq, cpu).id);
        CHECK(outside.places[i].runs_on == CpuList{cpu});
    }
    CHECK(says(outside, "wq_select_unbound_cpu()", "one of 2-3,6, in turn"));
    const WhereAnswer inside = machine.ask({.workqueue = wq}, 3);
    CHECK(!inside.in_turn);
    CHECK(only(inside).pool == machine.pool_of(wq, 3).id);

    // queue_work_on() looks at no mask; the slot of CPU 0 has all that is allowed.
    const WhereAnswer on = machine.ask({.workqueue = wq, .work_on = 0}, 3);
    CHECK(only(on).is_whole);
    CHECK(only(on).runs_on == CpuList{2, 3, 6});
    CHECK(says(on, "queue_work_on()", "not in wq_unbound_cpumask"));
    // Nor do per-CPU workqueues.
    const uint32_t bound = machine.add_bound("bound");
    CHECK(only(machine.ask({.workqueue = bound}, 0)).runs_on == CpuList{0});
}

TEST_CASE("the round robin with debug_force_rr_cpu, with one CPU and with none")
{
    WhereMachine machine({0, 1, 2, 3});
    const uint32_t wq = machine.add_unbound("wq", {.scope = WhereMachine::kCpu});
    machine.snapshot.head.flags = WQLAB_STATE_FORCE_RR;
    const WhereAnswer forced = machine.ask({.workqueue = wq}, 1);
    CHECK(forced.in_turn);
    CHECK(forced.places.size() == 4);
    CHECK(says(forced, "wq_select_unbound_cpu()", "debug_force_rr_cpu"));

    machine.snapshot.head.flags = 0;
    machine.restrict_unbound({2, 6});
    const WhereAnswer single = machine.ask({.workqueue = wq}, 1);
    CHECK(!single.in_turn);
    CHECK(only(single).chosen == CpuList{2});
    machine.restrict_unbound({6});
    CHECK(only(machine.ask({.workqueue = wq}, 1)).chosen == CpuList{1});
}

TEST_CASE("queue_work_node() takes a CPU of the node, or none in particular")
{
    WhereMachine machine({0, 1, 2, 3});
    const uint32_t wq = machine.add_unbound("wq", {.scope = WhereMachine::kSmt});
    CHECK(only(machine.ask({.workqueue = wq, .node = 0}, 3)).chosen == CpuList{3});
    CHECK(says(machine.ask({.workqueue = wq, .node = 0}, 3), "select_numa_node_cpu()", "is on node 0"));
    const WhereAnswer away = machine.ask({.workqueue = wq, .node = 1}, 3);
    CHECK(only(away).chosen == CpuList{3});
    CHECK(says(away, "select_numa_node_cpu()", "as queue_work()"));
    CHECK(says(away, "wq_select_unbound_cpu()"));

    WhereMachine whole;
    const uint32_t other = whole.add_unbound("wq", {.scope = WhereMachine::kSmt});
    CHECK(only(whole.ask({.workqueue = other, .node = 1}, 3)).chosen == CpuList{4});
    const uint32_t bound = whole.add_bound("bound");
    CHECK(says(whole.ask({.workqueue = bound, .node = 1}, 3), "queue_work_node()", "warns"));
}

TEST_CASE("questions about CPUs and nodes that are not there are refused")
{
    WhereMachine machine({0, 1, 2, 3, 4, 5}, {0, 1, 2, 3, 4, 5, 6});
    const uint32_t wq = machine.add_bound("wq");
    const auto refusal = [&](const WhereQuestion& question) {
        return error_of([&] { where(machine.snapshot, question); });
    };
    CHECK(refusal({.workqueue = wq, .cpu = 6}) ==
          "--cpu: CPU 6 is offline, nothing can be queued from there; online are 0-5");
    CHECK(refusal({.workqueue = wq, .cpu = 7}) == "--cpu: there is no CPU 7; possible are 0-6");
    CHECK(refusal({.workqueue = wq, .work_on = 7}) == "--work-on: there is no CPU 7; possible are 0-6");
    CHECK(refusal({.workqueue = wq, .node = 9}) == "--node: there is no node 9");
    CHECK(refusal({.workqueue = wq, .work_on = 6}) == "");
}

TEST_CASE("the item that still runs on another pool goes there")
{
    WhereMachine machine;
    const uint32_t wq = machine.add_bound("wq"), other = machine.add_bound("other"),
                   ordered = machine.add_ordered("ordered");
    machine.add_busy(wq, 3, 33, kItem, "work_fn [some_module]");
    for (const WhereQuestion& question :
         {WhereQuestion{.workqueue = wq, .work = kItem}, WhereQuestion{.workqueue = wq, .function = "work_fn"}}) {
        const WhereAnswer away = machine.ask(question, 0);
        CHECK(only(away).follows_item);
        CHECK(only(away).pool == machine.pool_of(wq, 3).id);
        CHECK(only(away).runs_on == CpuList{3});
        CHECK(only(away).runner == Runner::kCurrent);
        CHECK(only(away).worker->pid == 33);
        CHECK(says(away, "__queue_work()", "it goes there instead"));
        const WhereAnswer same = machine.ask(question, 3);
        CHECK(!only(same).follows_item);
        CHECK(only(same).runner == Runner::kCurrent);
        CHECK(says(same, "assign_work()"));
    }
    // Another item, and another function.
    CHECK(only(machine.ask({.workqueue = wq, .work = 1}, 0)).pool == machine.pool_of(wq, 0).id);
    CHECK(says(machine.ask({.workqueue = wq, .function = "work"}, 0), "find_worker_executing_work()",
               "does not run now"));
    // It runs, but for another workqueue.
    const WhereAnswer elsewhere = machine.ask({.workqueue = other, .work = kItem}, 0);
    CHECK(!only(elsewhere).follows_item);
    CHECK(only(elsewhere).pool == machine.pool_of(other, 0).id);
    CHECK(says(elsewhere, "__queue_work()", "twice at once"));
    // Order keeps an ordered workqueue's items apart.
    const WhereAnswer in_order = machine.ask({.workqueue = ordered, .work = kItem}, 0);
    CHECK(only(in_order).pool == machine.pool_of(ordered, 0).id);
    CHECK(says(in_order, "__queue_work()", "keep"));
}

TEST_CASE("an unbound item that runs is one place, whatever the round robin chooses")
{
    WhereMachine machine;
    const uint32_t wq = machine.add_unbound("wq", {.scope = WhereMachine::kCpu});
    machine.restrict_unbound({2, 3});
    machine.add_busy(wq, 7, 77, kItem, "fn");
    const WhereAnswer answer = machine.ask({.workqueue = wq, .work = kItem}, 0);
    CHECK(only(answer).chosen == CpuList{2, 3});
    CHECK(only(answer).pool == machine.pool_of(wq, 7).id);
}

TEST_CASE("a function that several items run does not say which is meant")
{
    WhereMachine machine;
    const uint32_t wq = machine.add_bound("wq");
    machine.add_busy(wq, 3, 33, kItem, "fn");
    machine.add_busy(wq, 4, 34, 0xdef, "fn");
    CHECK(error_of([&] { where(machine.snapshot, {.workqueue = wq, .function = "fn"}); }) ==
          "2 items of this workqueue run fn now");
}

TEST_CASE("a pending item is not queued again")
{
    for (const uint32_t state : {WQLAB_WORK_PENDING, WQLAB_WORK_INACTIVE, WQLAB_WORK_SCHEDULED}) {
        WhereMachine machine;
        const uint32_t wq = machine.add_bound("wq");
        machine.add_work(2, kItem, state);
        const WhereAnswer answer = machine.ask({.workqueue = wq, .work = kItem}, 0);
        CHECK(answer.fate == Fate::kPending);
        CHECK(answer.places.empty());
        CHECK(machine.ask({.workqueue = wq, .work = 1}, 0).fate == Fate::kQueued);
    }
    WhereMachine machine;
    const uint32_t wq = machine.add_bound("wq");
    machine.snapshot.timers.push_back({.due_ns = 5'000'000,
                                       .work = kItem,
                                       .function = WQLAB_NONE,
                                       .workqueue = wq,
                                       .cpu = -1,
                                       .timer_cpu = 0,
                                       .cpu_online = 1,
                                       .deferrable = 0,
                                       .slack_ns = 0});
    CHECK(says(machine.ask({.workqueue = wq, .work = kItem}, 0), "queue_work_on()", "its timer is due in 5.0 ms"));
}

TEST_CASE("a workqueue that is drained or destroyed takes only items of its own")
{
    for (const uint32_t state : {WQLAB_SNAP_WQ_DRAINING, WQLAB_SNAP_WQ_DESTROYING}) {
        WhereMachine machine;
        const uint32_t wq = machine.add_bound("wq", state);
        const WhereAnswer answer = machine.ask({.workqueue = wq}, 2);
        CHECK(answer.fate == Fate::kChainedOnly);
        CHECK(only(answer).pool == machine.pool_of(wq, 2).id);
        CHECK(says(answer, "__queue_work()", state == WQLAB_SNAP_WQ_DRAINING ? "being drained" : "being destroyed"));
    }
}
