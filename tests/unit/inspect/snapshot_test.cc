// SPDX-License-Identifier: GPL-2.0
// The walkers, over a machine of bytes: what was put in comes out.
#include "machine/failing_heap.hh"
#include "unit/inspect/look.hh"

namespace {

const wqlab_snap_work* work_of(const Look& look, uint64_t work)
{
    for (const wqlab_snap_work& row : look->works)
        if (row.identity == look.identity(work))
            return &row;
    return nullptr;
}

}  // namespace

TEST_CASE("a snapshot of bytes says that nothing held them still", "[inspect]")
{
    SmallMachine machine;
    const Look look(machine);
    REQUIRE(look.taken());
    CHECK(look.troubles() == std::vector<std::string>{});
    CHECK(look->sections == WQLAB_SECTIONS_ALL);
    CHECK((look->head.flags & WQLAB_STATE_UNLOCKED) != 0);
    CHECK(look->head.nr_cpu_ids == 4);
    CHECK(look.mask(look->head.possible_cpus) == 0xf);
    CHECK(look->head.hz == 250);
    CHECK(look->head.watchdog_thresh == 30);
    CHECK(look->head.cpu_intensive_thresh_us == 10'000);
}

TEST_CASE("workqueues come with their flags, limits, names and pwqs", "[inspect]")
{
    SmallMachine machine;
    const Look look(machine);
    REQUIRE(look->workqueues.size() == 2);

    const wqlab_snap_workqueue& events = look.workqueue("events");
    CHECK(events.identity == look.identity(machine.events));
    CHECK(look.string(events.symbol) == "system_wq");
    CHECK(events.flags == 0);
    CHECK(events.max_active == 256);
    CHECK(events.nr_pwqs == 4);
    CHECK(events.scope == WQLAB_NONE);

    const wqlab_snap_workqueue& driver = look.workqueue("driver");
    CHECK(driver.symbol == WQLAB_NONE);
    CHECK(driver.flags == WQLAB_WQ_UNBOUND);
    CHECK(driver.max_active == 2);
    CHECK(driver.min_active == 1);
    CHECK(driver.scope == 2);
    CHECK(look.mask(driver.cpus) == 0xf);
    CHECK(look.mask(driver.effective_cpus) == 0xf);
    CHECK(driver.dfl_pwq == driver.first_pwq);

    REQUIRE(look->cpu_pwqs.size() == 8);
    for (const wqlab_snap_cpu_pwq& row : look->cpu_pwqs) {
        CHECK(row.pool == (row.workqueue == 0 ? static_cast<int>(row.cpu) : 4));
        CHECK(look->pwqs[row.pwq].workqueue == row.workqueue);
    }
    REQUIRE(look->node_active.size() == 2);
    CHECK(look->node_active[1].node == -1);
    CHECK(look->node_active[1].max == 3);
}

TEST_CASE("a pool comes with its items in order, and barriers with what they wait for", "[inspect]")
{
    SmallMachine machine;
    const Look look(machine);
    REQUIRE(look->pools.size() == 5);
    const wqlab_snap_pool& pool = look->pools[0];
    CHECK(pool.id == 0);
    CHECK(pool.cpu == 0);
    CHECK(pool.nr_workers == 2);
    CHECK(pool.nr_idle == 1);
    CHECK(pool.nr_busy == 1);
    CHECK(pool.nr_pending == 3);
    CHECK(pool.since_progress_ns == 10 * Machine::kTick);
    CHECK(pool.idle_timer_ns == WQLAB_NEVER);
    CHECK(look->pools[1].since_progress_ns == WQLAB_NEVER);

    REQUIRE(look->works.size() == 4);
    CHECK(look.string(look->works[0].function) == "first_fn");
    CHECK(look->works[1].is_barrier);
    CHECK(look->works[1].barrier_target == look.identity(machine.pending[0]));
    CHECK(look->works[1].waiter == 77);
    CHECK(look.string(look->works[1].waiter_command) == "flusher");
    CHECK(look.string(look->works[2].function) == "second_fn");
    for (unsigned i = 0; i < 3; i++) {
        CHECK(look->works[i].state == WQLAB_WORK_PENDING);
        CHECK(look->works[i].pwq == look.workqueue("events").first_pwq);
    }
    const wqlab_snap_work* held = work_of(look, machine.inactive);
    REQUIRE(held);
    CHECK(held->state == WQLAB_WORK_INACTIVE);
    CHECK(look->pwqs[held->pwq].nr_inactive == 1);
}

TEST_CASE("workers come with their tasks", "[inspect]")
{
    SmallMachine machine;
    machine.set_text(machine.busy, "worker", "desc", "flush-8:0");
    machine.set(machine.busy_task, "task_struct", "on_cpu", 1);
    machine.set(machine.busy_task, "task_struct", "static_prio", 100);
    const Look look(machine);
    REQUIRE(look->workers.size() == 2);
    const wqlab_snap_worker& busy = look.worker(42);
    CHECK(look.string(busy.command) == "kworker/0:1");
    CHECK(look.string(busy.function) == "busy_fn");
    CHECK(look.string(busy.description) == "flush-8:0");
    CHECK(busy.work == look.identity(machine.running));
    CHECK(busy.workqueue == 0);
    CHECK(busy.nice == -20);
    CHECK(busy.flags == (WQLAB_WORKER_ON_CPU | WQLAB_WORKER_SINCE_AT_LEAST | WQLAB_WORKER_COUNTED));
    CHECK(busy.idle_ns == WQLAB_NEVER);
    CHECK(look.mask(busy.cpus) == 1);
    const wqlab_snap_worker& idle = look.worker(41);
    CHECK(idle.flags == (WQLAB_WORKER_IDLE | WQLAB_WORKER_SLEEPING));
    CHECK(idle.idle_ns == 5 * Machine::kTick);
    CHECK(idle.busy_ns == WQLAB_NEVER);
}

TEST_CASE("flushers, rescuers, timers and hogs come with who they are", "[inspect]")
{
    SmallMachine machine;
    machine.set(machine.driver, "workqueue_struct", "flush_color", 3);
    machine.add_flusher(machine.driver, 4, machine.add_task(90, "sync"));
    const uint64_t rescuer = machine.make("worker");
    machine.set(rescuer, "worker", "rescue_wq", machine.driver);
    machine.set(rescuer, "worker", "task", machine.add_task(91, "kworker/R-drv"));
    machine.set(rescuer, "worker", "pool", machine.pools[2]);
    machine.set(machine.driver, "workqueue_struct", "rescuer", rescuer);
    machine.add_tail(machine.at(machine.driver, "workqueue_struct", "maydays"),
                     machine.at(machine.driver_pwq, "pool_workqueue", "mayday_node"));
    const Look look(machine);
    CHECK(look.troubles() == std::vector<std::string>{});

    REQUIRE(look->flushers.size() == 1);
    CHECK(look->flushers[0].pid == 90);
    CHECK(look->flushers[0].color == 4);
    CHECK(look->flushers[0].state == WQLAB_FLUSHER_QUEUED);
    CHECK(look.string(look->flushers[0].command) == "sync");
    const wqlab_snap_workqueue& driver = look.workqueue("driver");
    CHECK(driver.flush_color == 3);
    CHECK(driver.rescuer_pid == 91);
    CHECK(driver.rescuer_pool == 2);
    CHECK(driver.nr_maydays == 1);
    CHECK(look->pwqs[driver.first_pwq].flags == WQLAB_PWQ_MAYDAY);

    REQUIRE(look->timers.size() == 1);
    CHECK(look->timers[0].work == look.identity(machine.delayed));
    CHECK(look->timers[0].due_ns == 1'000'000'000);
    CHECK(look->timers[0].slack_ns == 8 * Machine::kTick);  // in the wheel's second level
    CHECK(look->timers[0].timer_cpu == 1);
    CHECK(look->timers[0].cpu == -1);
    CHECK(look->timers[0].workqueue == 1);
    CHECK(look.string(look->timers[0].function) == "late_fn");
    REQUIRE(look->hogs.size() == 1);
    CHECK(look->hogs[0].count == 17);
    CHECK(look.string(look->hogs[0].function) == "hog_fn");

    REQUIRE(look->scopes.size() == 1);
    CHECK(look.string(look->scopes[0].name) == "cpu");
    CHECK(look->pods.size() == 4);
    CHECK(look->nodes.size() == 1);
}

TEST_CASE("an overdue timer is due before now", "[inspect]")
{
    SmallMachine machine;
    machine.add_delayed(machine.driver, 2, "late_fn", Machine::kJiffies - 3, 0);
    const Look look(machine);
    REQUIRE(look->timers.size() == 2);
    CHECK(look->timers[1].due_ns == -3 * static_cast<int64_t>(Machine::kTick));
}

TEST_CASE("what lies behind a CPU's timer bases is none, whatever it looks like", "[inspect]")
{
    SmallMachine machine;
    machine.add_delayed(machine.driver, 2, "last_fn", Machine::kJiffies + 3, 0, 1);
    machine.add_delayed(machine.driver, 2, "no_fn", Machine::kJiffies + 3, 0, 2);
    machine.set(machine.timer_base(2, 2), "timer_base", "cpu", 2);
    const Look look(machine);
    REQUIRE(look->timers.size() == 2);
    CHECK(look.string(look->timers[1].function) == "last_fn");

    // A kernel whose BTF has no variables: who knows its CPU is a base.
    machine.types().drop_variable("timer_bases");
    CHECK(Look(machine)->timers.size() == 3);
    machine.set(machine.timer_base(2, 2), "timer_base", "cpu", 7);
    CHECK(Look(machine)->timers.size() == 2);
}

TEST_CASE("pools beyond the first node of the idr are found", "[inspect]")
{
    Machine machine;
    for (int i = 0; i < 70; i++)
        machine.add_pool(-1, i % 40 - 20, 0xf);
    const Look look(machine);
    CHECK(look.troubles() == std::vector<std::string>{});
    REQUIRE(look->pools.size() == 70);
    for (int i = 0; i < 70; i++)
        CHECK(look->pools[static_cast<uint32_t>(i)].id == i);
}

TEST_CASE("a list that does not point back ends the walk and says so", "[inspect]")
{
    SmallMachine machine;
    machine.poke(machine.at(machine.pending[1], "work_struct", "entry") + 8, 0xdead'0000'0000'0122);
    const Look look(machine);
    REQUIRE(look.taken());
    CHECK(look->pools[0].nr_pending == 2);
    // It stays as it is however often it is read.
    CHECK(look.troubles() ==
          std::vector<std::string>{
              "worklist of pool 0: an entry can't be read or does not point back; the walk stopped there",
              "pool 0: it changed each time that it was read; what is shown of it may not fit together"});
}

TEST_CASE("a pool whose counts do not fit its lists is called moving", "[inspect]")
{
    SmallMachine machine;
    machine.set(machine.pools[0], "worker_pool", "nr_idle", 2);
    CHECK(Look(machine).troubles() ==
          std::vector<std::string>{
              "pool 0: it changed each time that it was read; what is shown of it may not fit together"});
}

TEST_CASE("a pool that moves once is read again", "[inspect]")
{
    // Between two reads of its idle list somebody takes the idle worker off.
    struct Moving : SmallMachine {
        mutable unsigned looks = 0;
        bool read(void* to, uint64_t address, size_t size) const override
        {
            if (address == at(pools[0], "worker_pool", "idle_list") && ++looks == 2) {
                auto& self = const_cast<Moving&>(*this);
                self.init_list(address);
                self.set(pools[0], "worker_pool", "nr_idle", 0);
            }
            return SmallMachine::read(to, address, size);
        }
    };
    Moving machine;
    machine.looks = 1;
    const Look look(machine);
    CHECK(machine.looks >= 3);
    CHECK(look.troubles() == std::vector<std::string>{});
    CHECK(look->pools[0].nr_idle == 0);
    CHECK(look->workers.size() == 1);
}

TEST_CASE("what was not found for want of memory is not said to be lacking", "[inspect]")
{
    SmallMachine machine;
    wqlab::Kernel whole(machine.image());
    whole.learn();
    REQUIRE_FALSE(whole.is_short_of_memory());
    bool learned = false;
    for (unsigned after = 0; !learned; after++) {
        REQUIRE(after < 100);
        wqlab::Kernel kernel(machine.image());
        const FailingHeap heap(after);
        kernel.learn();
        learned = !kernel.is_short_of_memory();
        if (learned) {
            CHECK(after > 0);
            CHECK(kernel.available(~0u) == whole.available(~0u));
        }
    }
}

TEST_CASE("an allocation that fails is an error, whichever it is", "[inspect]")
{
    SmallMachine machine;
    wqlab::Kernel kernel(machine.image());
    kernel.learn();
    bool taken = false;
    for (unsigned after = 0; !taken; after++) {
        REQUIRE(after < 10'000);
        wqlab::Snapshot snapshot;
        const FailingHeap heap(after);
        taken = snapshot.take(kernel, WQLAB_SECTIONS_ALL).ok();
    }
}
