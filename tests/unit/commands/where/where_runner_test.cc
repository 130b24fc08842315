// SPDX-License-Identifier: GPL-2.0
// Who would run an item, and when.
#include <catch2/catch.hpp>

#include "unit/commands/where/where_machine.hh"

using namespace wqctl;

namespace {

WherePlace place(const WhereAnswer& answer)
{
    REQUIRE(answer.places.size() == 1);
    return answer.places.front();
}

}  // namespace

TEST_CASE("the worker that went idle last is woken, and makes another if it was the only one")
{
    WhereMachine machine;
    const uint32_t wq = machine.add_bound("wq");
    const int32_t pool = machine.pool_of(wq, 1).id;
    machine.add_idle(pool, 11);
    const WhereAnswer alone = machine.ask({.workqueue = wq}, 1);
    CHECK(place(alone).runner == Runner::kIdle);
    CHECK(place(alone).worker->pid == 11);
    CHECK(says(alone, "manage_workers()"));
    machine.add_idle(pool, 12);
    const WhereAnswer spare = machine.ask({.workqueue = wq}, 1);
    CHECK(place(spare).worker->pid == 11);
    CHECK(says(spare, "kick_pool()", "kworker/11 (pid 11)"));
    CHECK(!says(spare, "manage_workers()"));
}

TEST_CASE("before 6.6 a node has a pool_workqueue, which until 6.9 has max_active")
{
    WhereMachine machine;
    const uint32_t wq = machine.add_unbound("wq", {.scope = WhereMachine::kNuma, .max_active = 2});
    machine.add_idle(machine.pool_of(wq, 5).id, 11);
    machine.pwq_of(wq, 5).nr_active = 1;
    machine.become_old();
    const WhereAnswer answer = machine.ask({.workqueue = wq}, 5);
    CHECK(place(answer).activity == Activity::kActive);
    CHECK(place(answer).nr_active == 1);
    CHECK_FALSE(place(answer).counted_on);
    CHECK(place(answer).runner == Runner::kIdle);
    CHECK(place(answer).runs_on == CpuList{4, 5, 6, 7});
    CHECK(says(answer, "unbound_pwq_by_node()", "of node 1, on which CPU 5 is"));
    CHECK(says(answer, "__queue_work()", "active: 1 of at most 2 are active in the pool_workqueue of pool"));
    machine.pwq_of(wq, 5).nr_active = 2;
    CHECK(place(machine.ask({.workqueue = wq}, 5)).activity == Activity::kLimited);
}

TEST_CASE("where none is idle a manager makes a worker, and a rescuer helps")
{
    WhereMachine machine;
    const uint32_t wq = machine.add_unbound("wq", {});
    machine.add_busy(wq, 0, 10, 1, "fn");
    machine.pool_of(wq, 0).manager = 10;
    machine.snapshot.workqueues[wq].rescuer_pid = 99;
    const WhereAnswer answer = machine.ask({.workqueue = wq}, 0);
    CHECK(place(answer).runner == Runner::kManager);
    CHECK(says(answer, "kick_pool()", "the manager, pid 10"));
    CHECK(says(answer, "pool_mayday_timeout()", "pid 99"));
}

TEST_CASE("per-CPU items wait for the worker that runs, unbound ones do not")
{
    WhereMachine machine;
    const uint32_t bound = machine.add_bound("bound"),
                   unbound = machine.add_unbound("unbound", {.scope = WhereMachine::kCpu});
    machine.add_busy(bound, 2, 21, 1, "sleeps").flags = WQLAB_WORKER_SLEEPING;
    machine.add_busy(bound, 2, 22, 2, "hogs").flags = WQLAB_WORKER_CPU_INTENSIVE;
    machine.add_idle(machine.pool_of(bound, 2).id, 23);
    // Neither of the two counts.
    CHECK(place(machine.ask({.workqueue = bound}, 2)).runner == Runner::kIdle);
    machine.add_busy(bound, 2, 24, 3, "runs");
    machine.pool_of(bound, 2).nr_running = 1;
    machine.pool_of(bound, 2).nr_pending = 5;
    const WhereAnswer held = machine.ask({.workqueue = bound}, 2);
    CHECK(place(held).runner == Runner::kAfter);
    CHECK(place(held).worker->pid == 24);
    CHECK(says(held, "need_more_worker()", "nr_running is 1, kworker/24 (pid 24) with runs: nobody is woken"));
    CHECK(says(held, "need_more_worker()", "10000 us (wq_worker_tick())"));
    CHECK(says(held, "insert_work()", "5 before it"));

    machine.add_busy(unbound, 2, 31, 4, "runs");
    machine.add_idle(machine.pool_of(unbound, 2).id, 32);
    CHECK(place(machine.ask({.workqueue = unbound}, 2)).runner == Runner::kIdle);
}

TEST_CASE("a WQ_CPU_INTENSIVE item does not hold back others")
{
    WhereMachine machine;
    const uint32_t wq = machine.add_bound("wq", WQLAB_WQ_CPU_INTENSIVE);
    machine.add_idle(machine.pool_of(wq, 0).id, 1);
    machine.add_idle(machine.pool_of(wq, 0).id, 2);
    CHECK(says(machine.ask({.workqueue = wq}, 0), "process_one_work()", "WQ_CPU_INTENSIVE"));
}

TEST_CASE("max_active of a per-CPU workqueue counts in each pool_workqueue")
{
    WhereMachine machine;
    const uint32_t wq = machine.add_bound("wq");
    machine.snapshot.workqueues[wq].max_active = 3;
    machine.pwq_of(wq, 1).nr_active = 3;
    machine.pwq_of(wq, 2).nr_active = 2;
    const WhereAnswer full = machine.ask({.workqueue = wq}, 1);
    CHECK(place(full).activity == Activity::kLimited);
    CHECK(place(full).runner == Runner::kLater);
    CHECK(place(full).nr_active == 3);
    CHECK(!place(full).counted_on);
    CHECK(says(full, "pwq_tryinc_nr_active()", "inactive: 3 of at most 3 are active"));
    CHECK(place(machine.ask({.workqueue = wq}, 2)).activity == Activity::kActive);
    machine.pwq_of(wq, 2).nr_inactive = 4;
    const WhereAnswer behind = machine.ask({.workqueue = wq}, 2);
    CHECK(place(behind).activity == Activity::kBehind);
    CHECK(says(behind, "__queue_work()", "4 before it are inactive"));
}

TEST_CASE("max_active of an unbound workqueue counts on the node of the pool, or on none")
{
    WhereMachine machine;
    const uint32_t near = machine.add_unbound("near", {.scope = WhereMachine::kNuma, .max_active = 4});
    const uint32_t wide = machine.add_unbound("wide", {.scope = WhereMachine::kSystem, .max_active = 4});
    for (wqlab_snap_node_active& row : machine.snapshot.node_active)
        row.nr = row.node == 1 || row.node < 0 ? 4 : 1;
    CHECK(place(machine.ask({.workqueue = near}, 0)).activity == Activity::kActive);
    CHECK(place(machine.ask({.workqueue = near}, 0)).counted_on == 0);
    const WhereAnswer full = machine.ask({.workqueue = near}, 7);
    CHECK(place(full).activity == Activity::kLimited);
    CHECK(says(full, "pwq_tryinc_nr_active()", "4 of at most 4 are active on node 1"));
    CHECK(says(machine.ask({.workqueue = wide}, 0), "pwq_tryinc_nr_active()", "active in this workqueue"));

    machine.pwq_of(near, 0).flags = WQLAB_PWQ_NODE_PENDING;
    CHECK(place(machine.ask({.workqueue = near}, 0)).activity == Activity::kBehind);
    machine.snapshot.node_active.clear();
    CHECK(place(machine.ask({.workqueue = near}, 1)).activity == Activity::kUnknown);
    CHECK(place(machine.ask({.workqueue = near}, 1)).runner == Runner::kUnknown);
}

TEST_CASE("ordered items share one pool_workqueue, which may be plugged")
{
    WhereMachine machine;
    const uint32_t wq = machine.add_ordered("wq");
    machine.add_idle(machine.pool_of(wq, 0).id, 1);
    for (const uint32_t cpu : {0u, 7u}) {
        const WhereAnswer answer = machine.ask({.workqueue = wq}, cpu);
        CHECK(place(answer).pwq == machine.snapshot.workqueues[wq].dfl_pwq);
        CHECK(!place(answer).scope);
        CHECK(says(answer, "apply_wqattrs_prepare()", "ordered"));
    }
    machine.pwq_of(wq, 0).flags = WQLAB_PWQ_PLUGGED;
    CHECK(place(machine.ask({.workqueue = wq}, 0)).activity == Activity::kPlugged);
}

TEST_CASE("a freezable workqueue that is frozen keeps its items")
{
    WhereMachine machine;
    const uint32_t wq = machine.add_bound("wq", uint32_t{WQLAB_WQ_FREEZABLE} | WQLAB_SNAP_WQ_FROZEN);
    machine.snapshot.workqueues[wq].max_active = 0;
    const WhereAnswer answer = machine.ask({.workqueue = wq}, 0);
    CHECK(place(answer).activity == Activity::kFrozen);
    CHECK(place(answer).runner == Runner::kLater);
}

TEST_CASE("BH items are for the softirq of their CPU")
{
    WhereMachine machine({0, 1, 2, 3, 4, 5, 6});
    const uint32_t plain = machine.add_bound("bh", WQLAB_WQ_BH),
                   high = machine.add_bound("bh-high", WQLAB_WQ_BH | WQLAB_WQ_HIGHPRI);
    const WhereAnswer answer = machine.ask({.workqueue = plain}, 3);
    CHECK(place(answer).runner == Runner::kSoftirq);
    CHECK(place(answer).runs_on == CpuList{3});
    CHECK(place(answer).pool == machine.pool_of(plain, 3).id);
    CHECK(says(answer, "kick_bh_pool()", "raises TASKLET_SOFTIRQ on CPU 3"));
    CHECK(says(answer, "pwq_tryinc_nr_active()", "no max_active"));
    CHECK(says(machine.ask({.workqueue = high}, 3), "kick_bh_pool()", "HI_SOFTIRQ on CPU 3"));
    const WhereAnswer offline = machine.ask({.workqueue = plain, .work_on = 7}, 3);
    CHECK(place(offline).runner == Runner::kNobody);
    CHECK(place(offline).runs_on.empty());
    machine.pool_of(plain, 3).nr_idle = 0;
    for (wqlab_snap_worker& worker : machine.snapshot.workers)
        if (worker.pool == machine.pool_of(plain, 3).id)
            worker.flags &= ~uint32_t{WQLAB_WORKER_IDLE};
    CHECK(says(machine.ask({.workqueue = plain}, 3), "bh_worker()", "goes on with it"));
}

TEST_CASE("an offline CPU's pool is served anywhere, or by nobody if it never was online")
{
    WhereMachine machine({0, 1, 2, 3, 4, 5, 6});
    const uint32_t wq = machine.add_bound("wq");
    machine.restrict_unbound({4, 5, 6, 7});
    const WhereAnswer never = machine.ask({.workqueue = wq, .work_on = 7}, 0);
    CHECK(place(never).runner == Runner::kNobody);
    CHECK(says(never, "workqueue_prepare_cpu()"));
    CHECK(says(never, "queue_work_on()", "offline"));
    machine.add_idle(machine.pool_of(wq, 7).id, 71);
    machine.add_busy(wq, 7, 72, 1, "runs").flags = WQLAB_WORKER_UNBOUND;
    const WhereAnswer was = machine.ask({.workqueue = wq, .work_on = 7}, 0);
    CHECK(place(was).runner == Runner::kIdle);
    CHECK(place(was).runs_on == CpuList{4, 5, 6});
    CHECK(says(was, "unbind_workers()", "CPU 7 is offline"));
    machine.restrict_unbound({7});
    CHECK(place(machine.ask({.workqueue = wq, .work_on = 7}, 0)).runs_on == CpuList{0, 1, 2, 3, 4, 5, 6});
}

TEST_CASE("holes in a snapshot are said, and hurt nothing")
{
    WhereMachine machine;
    const uint32_t wq = machine.add_unbound("wq", {});
    machine.snapshot.cpu_pwqs.clear();
    const WhereAnswer answer = machine.ask({.workqueue = wq}, 0);
    CHECK(place(answer).pool == -1);
    CHECK(place(answer).runner == Runner::kUnknown);
    CHECK(says(answer, "__queue_work()", "not in the snapshot"));

    WhereMachine empty;
    const uint32_t other = empty.add_unbound("wq", {});
    empty.snapshot.pools.clear();
    empty.snapshot.scopes.clear();
    CHECK(place(empty.ask({.workqueue = other}, 0)).pool == -1);
    WhereMachine no_scopes;
    const uint32_t third = no_scopes.add_unbound("wq", {});
    no_scopes.snapshot.scopes.clear();
    CHECK(!place(no_scopes.ask({.workqueue = third}, 0)).scope);
}
