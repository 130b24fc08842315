// SPDX-License-Identifier: GPL-2.0
#include "unit/commands/dump/dump_fixture.hh"

#include <cstring>
#include <random>

using namespace wqctl;

namespace {

class Maker {
public:
    Snapshot s;

    Maker()
    {
        s.sections = WQLAB_SECTIONS_ALL;
        s.head.nr_cpu_ids = 8;
        s.head.mask_words = 1;
        s.head.hz = 250;
    }

    uint32_t string(const std::string& text)
    {
        for (uint32_t i = 0; i < s.strings.size(); i++)
            if (s.strings[i] == text)
                return i;
        s.strings.push_back(text);
        return static_cast<uint32_t>(s.strings.size()) - 1;
    }

    uint32_t mask(uint64_t bits)
    {
        for (uint32_t i = 0; i < s.mask_words.size(); i++)
            if (s.mask_words[i] == bits)
                return i;
        s.mask_words.push_back(bits);
        return static_cast<uint32_t>(s.mask_words.size()) - 1;
    }

    void scope(uint32_t type, const char* name, unsigned cpus_each, bool is_default = false)
    {
        s.scopes.push_back({type, string(name), is_default, type ? 8 / cpus_each : 0});
        if (!type)
            return;
        for (uint32_t pod = 0; pod < 8 / cpus_each; pod++)
            s.pods.push_back({type, pod, cpus_each == 8 ? -1 : static_cast<int32_t>(pod * cpus_each / 4),
                              mask(((1u << cpus_each) - 1) << pod * cpus_each)});
        for (uint32_t cpu = 0; cpu < 8; cpu++)
            s.cpu_pods.push_back({type, cpu, static_cast<int32_t>(cpu / cpus_each), 0});
    }

    wqlab_snap_pool& pool(int32_t id, int32_t cpu, int32_t nice, uint64_t cpus, uint32_t raw_flags = 0,
                          uint32_t flags = 0)
    {
        wqlab_snap_pool pool{};
        pool.id = id;
        pool.cpu = cpu;
        pool.node = cpu < 0 ? -1 : cpu / 4;
        pool.nice = nice;
        pool.raw_flags = raw_flags;
        pool.flags = flags;
        pool.refcnt = cpu < 0 ? 3 : 1;
        pool.nr_workers = flags & WQLAB_POOL_BH ? 1 : 2;
        pool.nr_idle = pool.nr_workers;
        pool.cpus = pool.pod_cpus = mask(cpus);
        pool.since_progress_ns = pool.idle_timer_ns = pool.mayday_timer_ns = WQLAB_NEVER;
        s.pools.push_back(pool);
        return s.pools.back();
    }

    // pools: one for each CPU.
    uint32_t workqueue(const char* name, const char* symbol, uint32_t flags, const std::vector<int32_t>& pools,
                       int32_t dfl = -1)
    {
        const auto index = static_cast<uint32_t>(s.workqueues.size());
        wqlab_snap_workqueue wq{};
        wq.identity = 0xabc0 + index;
        wq.name = string(name);
        wq.symbol = symbol ? string(symbol) : WQLAB_NONE;
        wq.flags = flags;
        // The kernel's first bits and those of the wire are the same, but for this one.
        wq.raw_flags = (flags & 0x1ff) | (flags & WQLAB_WQ_ORDERED ? 0x20000 : 0);
        wq.min_active = flags & WQLAB_WQ_UNBOUND ? 8 : 0;
        wq.max_active = 1024;
        wq.scope = flags & WQLAB_WQ_UNBOUND ? 0 : WQLAB_NONE;
        wq.cpus = wq.effective_cpus = flags & WQLAB_WQ_UNBOUND ? mask(0xff) : WQLAB_NONE;
        wq.dfl_pwq = WQLAB_NONE;
        wq.first_pwq = static_cast<uint32_t>(s.pwqs.size());
        wq.rescuer_cpus = WQLAB_NONE;
        wq.rescuer_pool = -1;
        const auto pwq = [&](int32_t id) {
            for (uint32_t i = wq.first_pwq; i < s.pwqs.size(); i++)
                if (s.pwqs[i].pool == id)
                    return i;
            wqlab_snap_pwq row{};
            row.identity = 0xf00 + s.pwqs.size();
            row.workqueue = index;
            row.pool = id;
            row.refcnt = 1;
            s.pwqs.push_back(row);
            return static_cast<uint32_t>(s.pwqs.size()) - 1;
        };
        for (uint32_t cpu = 0; cpu < pools.size(); cpu++)
            s.cpu_pwqs.push_back({index, cpu, pwq(pools[cpu]), pools[cpu]});
        if (dfl >= 0)
            wq.dfl_pwq = pwq(dfl);
        wq.nr_pwqs = static_cast<uint32_t>(s.pwqs.size()) - wq.first_pwq;
        s.workqueues.push_back(wq);
        return index;
    }

    uint32_t pwq_of(uint32_t wq, int32_t pool)
    {
        for (uint32_t i = 0; i < s.pwqs.size(); i++)
            if (s.pwqs[i].workqueue == wq && s.pwqs[i].pool == pool)
                return i;
        return WQLAB_NONE;
    }

    wqlab_snap_worker& worker(int32_t pool, int32_t pid, const char* command)
    {
        wqlab_snap_worker worker{};
        worker.pool = pool;
        worker.pid = pid;
        worker.id = pid % 10;
        worker.busy_ns = worker.idle_ns = WQLAB_NEVER;
        worker.function = worker.pwq = worker.workqueue = worker.description = WQLAB_NONE;
        worker.command = string(command);
        worker.cpus = mask(0xff);
        worker.cpu = 3;
        worker.flags = WQLAB_WORKER_IDLE;
        s.workers.push_back(worker);
        return s.workers.back();
    }

    wqlab_snap_worker& busy(int32_t pool, int32_t pid, const char* command, const char* function, uint32_t wq,
                            uint64_t ns)
    {
        wqlab_snap_worker& row = worker(pool, pid, command);
        row.flags = WQLAB_WORKER_SLEEPING;
        row.busy_ns = ns;
        row.work = 0x1000 + static_cast<uint64_t>(pid);
        row.function = string(function);
        row.workqueue = wq;
        row.pwq = pwq_of(wq, pool);
        return row;
    }

    wqlab_snap_work& work(int32_t pool, uint32_t wq, uint32_t state, const char* function)
    {
        wqlab_snap_work work{};
        work.identity = 0x2000 + s.works.size();
        work.pool = pool;
        work.workqueue = wq;
        work.pwq = pwq_of(wq, pool);
        work.state = state;
        work.function = string(function);
        work.waiter_command = WQLAB_NONE;
        s.works.push_back(work);
        return s.works.back();
    }

    wqlab_snap_pool& find(int32_t id) { return const_cast<wqlab_snap_pool&>(*s.pool(id)); }
};

void add_pools(Maker& m)
{
    for (int32_t cpu = 0; cpu < 8; cpu++) {
        m.pool(2 * cpu, cpu, 0, 1u << cpu);
        m.pool(2 * cpu + 1, cpu, -20, 1u << cpu);
    }
    for (int32_t cpu = 0; cpu < 8; cpu++)
        m.pool(16 + cpu, cpu, 0, 1u << cpu, 5, WQLAB_POOL_BH | WQLAB_POOL_DISASSOCIATED | WQLAB_POOL_STRICT);
    m.pool(24, -1, 0, 0xff, 4, WQLAB_POOL_DISASSOCIATED);
    m.pool(25, -1, 0, 0xff).pod_cpus = m.mask(0x0f);
    m.pool(26, -1, 0, 0xff).pod_cpus = m.mask(0xf0);
    // The kernel forgets a strict pool's cpumask.
    m.pool(27, -1, 7, 0xff, 0, WQLAB_POOL_STRICT).pod_cpus = m.mask(0x0f);
}

void add_workqueues(Maker& m)
{
    const std::vector<int32_t> bound = {0, 2, 4, 6, 8, 10, 12, 14};
    m.workqueue("events", "system_wq", 0, bound);
    m.workqueue("events", "system_percpu_wq", WQLAB_WQ_PERCPU | WQLAB_WQ_FREEZABLE, bound);
    m.workqueue("events_unbound", "system_unbound_wq", WQLAB_WQ_UNBOUND, {25, 25, 25, 25, 26, 26, 26, 26}, 24);
    m.workqueue("bh", nullptr, WQLAB_WQ_BH, {16, 17, 18, 19, 20, 21, 22, 23});
    const uint32_t mine = m.workqueue("mine", nullptr,
                                      WQLAB_WQ_UNBOUND | WQLAB_WQ_MEM_RECLAIM | WQLAB_WQ_SYSFS | WQLAB_SNAP_WQ_STRICT |
                                          WQLAB_SNAP_WQ_IN_SYSFS,
                                      {27, 27, 27, 27, 24, 24, 24, 24}, 24);
    wqlab_snap_workqueue& wq = m.s.workqueues[mine];
    wq.scope = 4;
    wq.nice = 7;
    wq.max_active = wq.min_active = 1;
    wq.rescuer_pid = 77;
    wq.rescuer_cpus = m.mask(0xff);
    wq.nr_maydays = 1;
    wq.nr_drainers = 1;
    m.workqueue("single", nullptr, WQLAB_WQ_UNBOUND | WQLAB_WQ_ORDERED, {24, 24, 24, 24, 24, 24, 24, 24}, 24);
    for (const uint32_t unbound : {2u, mine, mine + 1})
        for (const int32_t node : {0, 1, -1})
            m.s.node_active.push_back(
                {unbound, node, unbound == mine && node == 0 ? 1 : 0, 1, unbound == mine && node == 0, 0});
}

void add_work(Maker& m)
{
    // CPU 3: a worker sleeps, a flush waits for its item, another item is next.
    m.busy(6, 103, "kworker/3:1", "slow_fn [driver]", 0, 2'310'000'000).flags |= WQLAB_WORKER_SINCE_AT_LEAST;
    m.s.workers.back().description = m.string("sda");
    m.worker(6, 104, "kworker/3:0").idle_ns = 5'000'000;
    wqlab_snap_work& barrier = m.work(6, 0, WQLAB_WORK_SCHEDULED, "wq_barrier_func");
    barrier.is_barrier = 1;
    barrier.barrier_target = 0x1000 + 103;
    barrier.waiter = 312;
    barrier.waiter_command = m.string("rmmod");
    barrier.worker = 103;
    m.work(6, 1, WQLAB_WORK_PENDING, "vmstat_update");
    wqlab_snap_pool& six = m.find(6);
    six.nr_idle = six.nr_pending = six.nr_busy = 1;
    six.since_progress_ns = 2'310'000'000;
    six.idle_timer_ns = 300'000'000'000;
    m.s.pwqs[m.pwq_of(0, 6)].nr_active = 1;
    // mine: one at a time, two wait; the rescuer has been called.
    m.busy(27, 55, "kworker/u33:2", "my_fn [mine]", 4, 1'000'000);
    m.s.workers.back().flags = WQLAB_WORKER_ON_CPU | WQLAB_WORKER_UNBOUND;
    m.work(27, 4, WQLAB_WORK_INACTIVE, "my_fn [mine]");
    m.work(27, 4, WQLAB_WORK_INACTIVE, "my_fn [mine]");
    m.find(27).nr_busy = 1;
    m.find(27).manager = 56;
    m.find(27).flags |= WQLAB_POOL_MANAGER_ACTIVE;
    wqlab_snap_pwq& pwq = m.s.pwqs[m.pwq_of(4, 27)];
    pwq.nr_active = 1;
    pwq.nr_inactive = 2;
    pwq.in_flight[3] = 3;
    pwq.flags = WQLAB_PWQ_MAYDAY | WQLAB_PWQ_PLUGGED;
    pwq.stats[WQLAB_PWQ_STAT_RESCUED] = 4;
    m.s.flushers.push_back({4, WQLAB_FLUSHER_FIRST, 3, 400, m.string("umount"), 0});
    m.s.flushers.push_back({4, WQLAB_FLUSHER_OVERFLOW, -1, 0, WQLAB_NONE, 0});
}

}  // namespace

Snapshot busy_machine()
{
    Maker m;
    m.s.head.time_ns = 5'000'000'000;
    m.s.head.took_ns = 412'000;
    m.s.head.longest_hold_ns = 4'100;
    m.s.head.longest_hold_pool = 6;
    m.s.head.cpu_intensive_thresh_us = 10'000;
    m.s.head.possible_cpus = m.mask(0xff);
    m.s.head.online_cpus = m.mask(0x7f);
    m.s.head.unbound_cpus = m.mask(0xff);
    m.s.head.requested_cpus = m.mask(0xff);
    m.s.head.isolated_cpus = m.mask(0);
    m.s.head.shard_size = WQLAB_NONE;
    m.s.head.watchdog_thresh = 30;
    m.scope(0, "default", 1);
    m.scope(1, "cpu", 1);
    m.scope(2, "smt", 2);
    m.scope(3, "cache", 4, true);
    m.scope(4, "numa", 4);
    m.scope(5, "system", 8);
    m.s.nodes = {{0, m.mask(0x0f)}, {1, m.mask(0xf0)}};
    add_pools(m);
    add_workqueues(m);
    add_work(m);
    m.s.timers.push_back({9'000'000'000, 0x3000, m.string("late_fn"), 0, 7, 7, 0, 0, 8});
    m.s.timers.push_back({1'000'000, 0x3001, m.string("soon_fn"), 2, -1, 1, 1, 1, 1});
    m.s.timers.push_back({-8'000'000, 0x3002, m.string("my_fn [mine]"), 4, -1, 2, 1, 0, 1});
    const auto task = [&](int32_t pid, const char* command, uint32_t flags, uint32_t state) -> wqlab_snap_task& {
        wqlab_snap_task row{};
        row.since_ns = 2'000'000'000;
        row.pid = pid;
        row.command = m.string(command);
        row.flags = flags;
        row.state = state;
        m.s.tasks.push_back(row);
        return m.s.tasks.back();
    };
    task(103, "kworker/3:1", WQLAB_TASK_SLEEPING | WQLAB_TASK_KTHREAD | WQLAB_TASK_WQ_WORKER, 2);
    wqlab_snap_task& poller = task(900, "poller", WQLAB_TASK_ON_CPU, 0);
    poller.policy = 1;
    poller.rt_priority = 50;
    task(31, "ksoftirqd/1", WQLAB_TASK_KTHREAD, 0).since_ns = 70'000'000;
    for (uint32_t cpu = 0; cpu < 8; cpu++)
        m.s.runqueues.push_back(
            {.stale_ns = 1'000'000,
             .irq_ns = 5,
             .softirq_ns = 6,
             .steal_ns = WQLAB_NEVER,
             .cpu = cpu,
             .flags = (cpu < 7 ? WQLAB_RQ_ONLINE | WQLAB_RQ_ACTIVE : 0u) | (cpu == 1 ? 0u : uint32_t{WQLAB_RQ_IDLE}),
             .pid = cpu == 1 ? 900 : 0,
             .ksoftirqd = static_cast<int32_t>(30 + cpu),
             .nr_running = cpu == 1 ? 3u : 0u,
             .reserved = 0});
    m.s.hogs.push_back({3, m.string("slow_fn [driver]"), 0});
    m.s.hogs.push_back({128, m.string("other_fn"), 0});
    return m.s;
}

Snapshot hostile(unsigned seed)
{
    std::mt19937_64 random(seed);
    Snapshot s = busy_machine();
    const auto spoil = [&](auto& table) {
        for (auto& row : table) {
            uint32_t words[sizeof(row) / 4];
            for (uint32_t& word : words) {
                static constexpr uint32_t favourites[] = {0,  1, 7, WQLAB_NONE, 0x7fffffff, 0x80000000, WQLAB_NONE - 1,
                                                          255};
                word = random() % 3 ? favourites[random() % 8] : static_cast<uint32_t>(random());
            }
            std::memcpy(static_cast<void*>(&row), words, sizeof(row));
        }
    };
    spoil(s.scopes), spoil(s.pods), spoil(s.cpu_pods), spoil(s.nodes), spoil(s.pwqs), spoil(s.cpu_pwqs),
        spoil(s.node_active);
    spoil(s.workqueues), spoil(s.workers), spoil(s.works), spoil(s.flushers), spoil(s.timers), spoil(s.hogs);
    spoil(s.tasks), spoil(s.runqueues);
    if (seed % 3 == 0)
        spoil(s.pools);
    if (seed % 2) {
        std::vector<wqlab_snap_head> heads = {s.head};
        spoil(heads);
        s.head = heads.front();
    }
    s.strings.emplace_back("\xff\"\\\n");
    s.strings.front() = std::string("\xc3");
    return s;
}

Dump dump_of(const Snapshot& snapshot, const Selection& selection)
{
    return {.snapshot = snapshot, .selection = selection, .kernel = "6.12.0-test", .sections = WQLAB_SECTIONS_ALL};
}
