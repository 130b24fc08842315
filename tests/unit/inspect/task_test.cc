// SPDX-License-Identifier: GPL-2.0
// What is said of the tasks that rows name, and of the CPUs that they have: who sleeps, who waits, who runs, since
// when.
#include <algorithm>

#include "unit/inspect/look.hh"

namespace {

constexpr uint64_t kSecond = 1'000'000'000;

void stamp(Machine& machine, uint64_t task, uint64_t charged, uint64_t arrived, uint64_t queued)
{
    machine.set(task, "task_struct", "se.exec_start", charged);
    machine.set(task, "task_struct", "sched_info.last_arrival", arrived);
    machine.set(task, "task_struct", "sched_info.last_queued", queued);
}

// Of the busy worker's flags, those that say what its task does and what its pool knows.
uint32_t busy_flags(Machine& machine)
{
    return Look(machine).worker(42).flags &
           (WQLAB_WORKER_SLEEPING | WQLAB_WORKER_ON_CPU | WQLAB_WORKER_COUNTED | WQLAB_WORKER_KNOWN_ASLEEP |
            WQLAB_WORKER_ABOUT_TO_SLEEP | WQLAB_WORKER_UNHOOKED);
}

}  // namespace

TEST_CASE("whether a worker sleeps and whether its pool knows are two things", "[inspect]")
{
    SmallMachine machine;
    const auto set = [&](const char* member, uint64_t value) {
        machine.set(machine.busy_task, "task_struct", member, value);
    };
    CHECK(busy_flags(machine) == WQLAB_WORKER_COUNTED);

    // As it should be: wq_worker_sleeping() has told the pool.
    set("on_rq", 0);
    set("__state", 2);
    machine.set(machine.busy, "worker", "sleeping", 1);
    CHECK(busy_flags(machine) == (WQLAB_WORKER_SLEEPING | WQLAB_WORKER_KNOWN_ASLEEP));

    // It could not, because the task no longer says that it is a worker's.
    machine.set(machine.busy, "worker", "sleeping", 0);
    set("flags", 0x20'0000);
    CHECK(busy_flags(machine) == (WQLAB_WORKER_SLEEPING | WQLAB_WORKER_COUNTED | WQLAB_WORKER_UNHOOKED));

    // Preempted on its way there: schedule() has not been called, so nobody can have been told.
    set("flags", 0x20'0020);
    set("on_rq", 1);
    CHECK(busy_flags(machine) == (WQLAB_WORKER_COUNTED | WQLAB_WORKER_ABOUT_TO_SLEEP));
    // Stopped, or dying, is no sleep.
    set("__state", 0x80);
    CHECK(busy_flags(machine) == WQLAB_WORKER_COUNTED);

    // An item of WQ_CPU_INTENSIVE is not counted, asleep or not.
    machine.set(machine.busy, "worker", "flags",
                static_cast<uint64_t>(machine.types().constant("WORKER_CPU_INTENSIVE")));
    CHECK(busy_flags(machine) == 0);
}

TEST_CASE("who counts is not said where worker->sleeping can't be read", "[inspect]")
{
    SmallMachine machine;
    machine.types().drop("worker", "sleeping");
    CHECK(busy_flags(machine) == 0);
    CHECK(Look(machine)->sections == WQLAB_SECTIONS_ALL);
}

TEST_CASE("every task that a row names has a row, once", "[inspect]")
{
    SmallMachine machine;
    machine.add_flusher(machine.events, 3, machine.add_task(78, "umount"));
    machine.add_flusher(machine.driver, 3, machine.busy_task);
    machine.run(0, machine.busy_task);
    const Look look(machine);
    std::vector<int> pids;
    for (const wqlab_snap_task& row : look->tasks)
        pids.push_back(row.pid);
    std::sort(pids.begin(), pids.end());
    CHECK(pids == std::vector<int>{2, 10, 11, 12, 13, 41, 42, 77, 78});
    CHECK(look.string(look.task(77).command) == "flusher");
    CHECK(look.task(42).flags == (WQLAB_TASK_ON_CPU | WQLAB_TASK_KTHREAD | WQLAB_TASK_WQ_WORKER));
    CHECK(look.task(77).flags == WQLAB_TASK_SLEEPING);
    CHECK(look.task(77).state == 2);
}

TEST_CASE("a task is as it is since it slept, was queued or came to its CPU", "[inspect]")
{
    SmallMachine machine;
    machine.add_flusher(machine.events, 3, machine.add_task(78, "umount", true, 2));
    const uint64_t sleeper = machine.add_task(79, "sleeper", false, 1),
                   runner = machine.add_task(80, "runner", true, 3);
    machine.add_flusher(machine.events, 3, sleeper);
    machine.run(3, runner);
    const uint64_t waiter = machine.busy_task;
    // CPU 1 sleeps without a tick for 100 s. Its clocks stand still, and the time goes on.
    machine.set(machine.runqueue(1), "rq", "clock", Machine::kClock - 100 * kSecond);
    machine.set(machine.runqueue(1), "rq", "clock_task", Machine::kTaskClock - 100 * kSecond);
    stamp(machine, sleeper, Machine::kTaskClock - 103 * kSecond, Machine::kClock - 110 * kSecond, 0);
    stamp(machine, runner, Machine::kTaskClock, Machine::kClock - 7 * kSecond, 0);
    stamp(machine, waiter, Machine::kTaskClock - 9 * kSecond, Machine::kClock - 20 * kSecond,
          Machine::kClock - 4 * kSecond);
    Look look(machine);
    CHECK(look.task(79).since_ns == 103 * kSecond);
    CHECK(look.task(80).since_ns == 7 * kSecond);
    CHECK(look.task(42).since_ns == 4 * kSecond);
    CHECK(look.task(78).since_ns == WQLAB_NEVER);  // who has never run
    CHECK(look->runqueues[1].stale_ns == 100 * kSecond);
    CHECK(look->runqueues[3].stale_ns == 0);

    // Preempted with a state to sleep in set, it is not stamped as queued: since it lost its CPU.
    machine.set(waiter, "task_struct", "__state", 2);
    stamp(machine, waiter, Machine::kTaskClock - 9 * kSecond, Machine::kClock - 20 * kSecond, 0);
    CHECK(Look(machine).task(42).since_ns == 9 * kSecond);

    // A kernel without CONFIG_SCHED_INFO knows when a task slept.
    machine.types().drop("task_struct", "sched_info");
    const Look again(machine);
    CHECK(again.task(79).since_ns == 103 * kSecond);
    CHECK(again.task(80).since_ns == WQLAB_NEVER);
    CHECK(again->sections == WQLAB_SECTIONS_ALL);
}

TEST_CASE("a CPU's row tells who has it and what its time went to", "[inspect]")
{
    SmallMachine machine;
    const uint64_t poller = machine.add_task(90, "poller", true, 1);
    machine.set(poller, "task_struct", "policy", 1);
    machine.set(poller, "task_struct", "rt_priority", 50);
    machine.set(poller, "task_struct", "nvcsw", 3);
    machine.set(poller, "task_struct", "nivcsw", 4);
    machine.run(1, poller);
    machine.set(machine.runqueue(1), "rq", "nr_running", 2);
    machine.poke(machine.symbols().at("__cpu_active_mask"), uint64_t{0x7});
    machine.poke(machine.symbols().at("__cpu_online_mask"), uint64_t{0xf});
    const Look look(machine);
    REQUIRE(look->runqueues.size() == 4);
    const wqlab_snap_runqueue& idle = look->runqueues[0];
    CHECK(idle.flags == (WQLAB_RQ_ONLINE | WQLAB_RQ_ACTIVE | WQLAB_RQ_IDLE));
    CHECK(idle.pid == 0);
    CHECK(idle.ksoftirqd == 10);
    CHECK(idle.softirq_ns == 1'003);
    CHECK(idle.irq_ns == 1'004);
    CHECK(idle.steal_ns == 1'007);
    const wqlab_snap_runqueue& busy = look->runqueues[1];
    CHECK(busy.flags == (WQLAB_RQ_ONLINE | WQLAB_RQ_ACTIVE));
    CHECK(busy.pid == 90);
    CHECK(busy.nr_running == 2);
    CHECK(look.task(90).policy == 1);
    CHECK(look.task(90).rt_priority == 50);
    CHECK(look.task(90).switches == 7);
    CHECK(look->runqueues[3].flags == (WQLAB_RQ_ONLINE | WQLAB_RQ_IDLE));

    // By itself it walks over nothing else.
    const Look alone(machine, WQLAB_SECTION_CPUS);
    CHECK(alone->runqueues.size() == 4);
    CHECK(alone->pools.empty());
    CHECK(alone.string(alone.task(90).command) == "poller");
}

TEST_CASE("who freezes is told apart", "[inspect]")
{
    SmallMachine machine;
    const auto flags = [&] { return Look(machine)->head.flags & ~uint32_t{WQLAB_STATE_UNLOCKED}; };
    CHECK(flags() == 0);
    for (const char* name : {"pm_freezing", "freezer_active"})
        machine.define(name, machine.allocate(16));
    CHECK(flags() == 0);
    machine.poke(machine.symbols().at("freezer_active"), 2, 4);  // of a cgroup
    CHECK(flags() == WQLAB_STATE_FREEZER_ACTIVE);
    machine.poke(machine.symbols().at("pm_freezing"), 1, 1);
    CHECK(flags() == (WQLAB_STATE_FREEZER_ACTIVE | WQLAB_STATE_PM_FREEZING));
}
