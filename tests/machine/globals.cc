// SPDX-License-Identifier: GPL-2.0
// The variables that a kernel has before there is any workqueue.
#include "machine/machine.hh"

void Machine::make_globals(unsigned nodes)
{
    const auto variable = [this](const char* name, uint64_t value, uint32_t size = 8) {
        define(name, allocate(size));
        poke(symbols_.at(name), value, size);
    };
    const uint64_t all = cpus_ == 64 ? ~uint64_t{0} : (uint64_t{1} << cpus_) - 1;
    variable("nr_cpu_ids", cpus_, 4);
    variable("__cpu_possible_mask", all);
    variable("__cpu_online_mask", all);
    variable("jiffies", kJiffies);
    variable("workqueue_freezing", 0, 1);
    variable("wq_debug_force_rr_cpu", 0, 1);
    variable("wq_watchdog_thresh", 30);
    variable("wq_unbound_cpumask", all);
    variable("wq_pool_mutex", 0);
    variable("wq_mayday_lock", 0);
    variable("nr_node_ids", nodes, 4);
    variable("node_states", (uint64_t{1} << nodes) - 1);
    define("node_to_cpumask_map", allocate(8 * nodes));
    for (unsigned cpu = 0; cpu < cpus_; cpu++) {
        const unsigned node = cpu * nodes / cpus_;
        const uint64_t mask = symbols_.at("node_to_cpumask_map") + node * 8;
        poke(mask, load(mask) | uint64_t{1} << cpu);
    }

    const uint64_t clock = make("clocksource");
    define("clocksource_jiffies", clock);
    set(clock, "clocksource", "mult", kTick << 8);
    set(clock, "clocksource", "shift", 8);

    define("workqueues", allocate(16));
    init_list(symbols_.at("workqueues"));
    define("worker_pool_idr", make("idr"));
    for (const char* name : {"wq_barrier_func", "delayed_work_timer_fn"})
        define(name, function(name));
    if (release_ >= 609)
        define("mayday_cursor_func", function("mayday_cursor_func"));

    per_cpu_begin_ = allocate(kPerCpuSize * cpus_);
    define("__per_cpu_offset", allocate(8 * cpus_));
    for (unsigned cpu = 0; cpu < cpus_; cpu++)
        poke(symbols_.at("__per_cpu_offset") + 8 * cpu, area_of(cpu));

    if (release_ >= 605) {
        variable("wq_cpu_intensive_thresh_us", 10'000);
        variable("wci_nr_ents", 1, 4);
        const uint64_t hog = make("wci_ent");
        define("wci_ents", hog);
        set(hog, "wci_ent", "func", function("hog_fn"));
        set(hog, "wci_ent", "cnt", 17);
    }
    if (release_ >= 606) {
        // Scope 1 is "cpu", with a pod for each; the others have none.
        const uint64_t kinds = allocate(6 * types_.size_of("wq_pod_type")),
                       kind = kinds + types_.size_of("wq_pod_type");
        define("wq_pod_types", kinds);
        const uint64_t cpus = allocate(8 * cpus_), node = allocate(4 * cpus_), pod = allocate(4 * cpus_);
        set(kind, "wq_pod_type", "nr_pods", cpus_);
        set(kind, "wq_pod_type", "pod_cpus", cpus);
        set(kind, "wq_pod_type", "pod_node", node);
        set(kind, "wq_pod_type", "cpu_pod", pod);
        for (unsigned cpu = 0; cpu < cpus_; cpu++) {
            poke(cpus + 8 * cpu, uint64_t{1} << cpu);
            poke(node + 4 * cpu, cpu * nodes / cpus_, 4);
            poke(pod + 4 * cpu, cpu, 4);
        }
        const uint64_t names = allocate(8 * 6), text = allocate(8);
        define("wq_affn_names", names);
        poke(text, "cpu", 4);
        poke(names + 8, text);
        variable("wq_affn_dfl", 1, 4);
    }
}

void Machine::make_scheduler()
{
    define("runqueues", allocate_per_cpu(types_.size_of("rq")));
    define("kernel_cpustat", allocate_per_cpu(types_.size_of("kernel_cpustat")));
    define("ksoftirqd", allocate_per_cpu(8));
    define("__cpu_active_mask", allocate(8));
    poke(symbols_.at("__cpu_active_mask"), load(symbols_.at("__cpu_online_mask")));
    define("kthreadd_task", allocate(8));
    poke(symbols_.at("kthreadd_task"), add_task(2, "kthreadd"));
    for (unsigned cpu = 0; cpu < cpus_; cpu++) {
        const uint64_t rq = runqueue(cpu);
        set(rq, "rq", "clock", kClock);
        set(rq, "rq", "clock_task", kTaskClock);
        set(rq, "rq", "curr", add_task(0, "swapper/" + std::to_string(cpu), true, cpu));
        poke(per_cpu(symbols_.at("ksoftirqd"), cpu),
             add_task(static_cast<int>(10 + cpu), "ksoftirqd/" + std::to_string(cpu), false, cpu));
        const uint64_t times = per_cpu(symbols_.at("kernel_cpustat"), cpu);
        for (uint32_t i = 0; i < 10; i++)
            set(times, "kernel_cpustat", "cpustat", 1'000 * (cpu + 1) + i, i);
    }
}

uint64_t Machine::runqueue(unsigned cpu) const { return per_cpu(symbols_.at("runqueues"), cpu); }

void Machine::run(unsigned cpu, uint64_t task)
{
    set(runqueue(cpu), "rq", "curr", task);
    set(runqueue(cpu), "rq", "nr_running", 1);
    set(task, "task_struct", "on_cpu", 1);
    set(task, "task_struct", "on_rq", 1);
    set(task, "task_struct", "thread_info.cpu", cpu);
}
