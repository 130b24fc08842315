// SPDX-License-Identifier: GPL-2.0
// What is said of a worker: for how long it has been busy, and whether it sleeps.
#include "unit/inspect/look.hh"

namespace {

uint64_t busy_ns(Machine& machine)
{
    const Look look(machine);
    CHECK((look.worker(42).flags & WQLAB_WORKER_SINCE_AT_LEAST) != 0);
    return look.worker(42).busy_ns;
}

bool sleeps(Machine& machine) { return Look(machine).worker(42).flags & WQLAB_WORKER_SLEEPING; }

}  // namespace

TEST_CASE("the first item of a batch began no later than the pool's last progress", "[inspect]")
{
    SmallMachine machine;
    CHECK(busy_ns(machine) == 10 * Machine::kTick);
    machine.set(machine.busy, "worker", "last_func", machine.function("another_fn"));
    CHECK(busy_ns(machine) == 10 * Machine::kTick);
}

// assign_work() hands a worker further instances of its item, and
// process_scheduled_works() stamps the pool's progress for the first only.
TEST_CASE("an item that may have waited behind itself has no bound by progress", "[inspect]")
{
    SmallMachine machine;
    machine.set(machine.busy, "worker", "last_func", machine.function("busy_fn"));
    CHECK(busy_ns(machine) == 0);

    // A barrier may have stood between the two.
    machine.set(machine.busy, "worker", "last_func", machine.function("wq_barrier_func"));
    CHECK(busy_ns(machine) == 0);

    // Its CPU time is a bound all the same.
    machine.set(machine.busy, "worker", "current_at", 1'000);
    machine.set(machine.busy_task, "task_struct", "se.sum_exec_runtime", 3'001'000);
    CHECK(busy_ns(machine) == 3'000'000);
}

TEST_CASE("a rescuer's item has no bound by progress", "[inspect]")
{
    SmallMachine machine;
    machine.set(machine.busy, "worker", "rescue_wq", machine.driver);
    CHECK(busy_ns(machine) == 0);
}

TEST_CASE("a kernel that does not tell what a worker did before gives no bound by progress", "[inspect]")
{
    SmallMachine machine;
    machine.types().drop("worker", "last_func");
    CHECK(busy_ns(machine) == 0);
}

TEST_CASE("a worker sleeps if it is not on a runqueue, whatever its state", "[inspect]")
{
    SmallMachine machine;
    CHECK(!sleeps(machine));
    // Preempted between set_current_state() and schedule(): it still wants its CPU.
    machine.set(machine.busy_task, "task_struct", "__state", 2);
    CHECK(!sleeps(machine));
    // Asleep, but its dequeue is delayed.
    machine.set(machine.busy_task, "task_struct", "se.sched_delayed", 1);
    CHECK(sleeps(machine));
    machine.set(machine.busy_task, "task_struct", "se.sched_delayed", 0);
    machine.set(machine.busy_task, "task_struct", "on_rq", 0);
    CHECK(sleeps(machine));
    // TASK_ON_RQ_MIGRATING
    machine.set(machine.busy_task, "task_struct", "on_rq", 2);
    CHECK(!sleeps(machine));
}

TEST_CASE("a BH pool's worker has no task", "[inspect]")
{
    SmallMachine machine;
    machine.set(machine.pools[0], "worker_pool", "flags", static_cast<uint64_t>(machine.types().constant("POOL_BH")));
    machine.set(machine.busy, "worker", "task", 0);
    const Look look(machine);
    const wqlab_snap_worker& row = look.worker(0);
    CHECK((row.flags & WQLAB_WORKER_BH) != 0);
    CHECK((row.flags & WQLAB_WORKER_SLEEPING) == 0);
    CHECK(row.cpu == 0);
}
