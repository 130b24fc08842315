// SPDX-License-Identifier: GPL-2.0
// A per-CPU and an unbound workqueue, with items in every state that there is.
#include "machine/small_machine.hh"

SmallMachine::SmallMachine(unsigned release, unsigned cpus, unsigned nodes) : Machine(release, cpus, nodes)
{
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        pools.push_back(add_pool(static_cast<int>(cpu), 0, uint64_t{1} << cpu));
    unbound_pool = add_pool(-1, 0, (uint64_t{1} << cpus) - 1);

    events = add_workqueue("events");
    define("system_wq", allocate(8));
    poke(symbols().at("system_wq"), events);
    for (unsigned cpu = 0; cpu < cpus; cpu++) {
        events_pwqs.push_back(add_pwq(events, pools[cpu]));
        set_cpu_pwq(events, cpu, events_pwqs.back());
    }
    driver = add_workqueue("driver", static_cast<uint32_t>(types().constant("WQ_UNBOUND")), 2);
    driver_pwq = add_pwq(driver, unbound_pool);
    set(driver, "workqueue_struct", "dfl_pwq", driver_pwq);
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        set_cpu_pwq(driver, cpu, driver_pwq);
    if (types().has("workqueue_struct", "numa_pwq_tbl"))
        for (unsigned node = 0; node < nodes; node++)
            poke(at(driver, "workqueue_struct", "numa_pwq_tbl") + 8 * node, driver_pwq);
    if (types().has("workqueue_struct", "node_nr_active"))
        for (unsigned i = 0; i <= nodes; i++) {
            const uint64_t nna = make("wq_node_nr_active");
            set(nna, "wq_node_nr_active", "max", 2 + i);
            set(nna, "wq_node_nr_active", "nr.counter", i);
            init_list(at(nna, "wq_node_nr_active", "pending_pwqs"));
            poke(at(driver, "workqueue_struct", "node_nr_active") + 8 * i, nna);
        }

    const uint64_t worklist = at(pools[0], "worker_pool", "worklist");
    idle = add_idle_worker(pools[0], 0, add_task(41, "kworker/0:0"));
    busy_task = add_task(42, "kworker/0:1", true);
    running = make("work_struct");
    busy = add_busy_worker(pools[0], 1, busy_task, running, "busy_fn", events_pwqs[0]);
    pending[0] = add_work(worklist, events_pwqs[0], "first_fn", true);
    barrier = add_barrier(worklist, events_pwqs[0], add_task(77, "flusher"));
    pending[1] = add_work(worklist, events_pwqs[0], "second_fn");
    inactive = add_work(at(driver_pwq, "pool_workqueue", "inactive_works"), driver_pwq, "held_fn");
    delayed = add_delayed(driver, 1, "late_fn", kJiffies + 250, 100);
}
