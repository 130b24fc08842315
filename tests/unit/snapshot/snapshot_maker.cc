// SPDX-License-Identifier: GPL-2.0
#include "unit/snapshot/snapshot_maker.hh"

SnapshotMaker::SnapshotMaker(uint64_t time_ns)
{
    snapshot.sections = WQLAB_SECTIONS_ALL;
    snapshot.head.time_ns = time_ns;
    snapshot.head.took_ns = 1'500'000;
    snapshot.head.longest_hold_ns = 20'000;
    snapshot.head.nr_cpu_ids = 4;
    snapshot.head.mask_words = 1;
    snapshot.head.online_cpus = mask(0xf);
}

uint32_t SnapshotMaker::string(const std::string& text)
{
    snapshot.strings.push_back(text);
    return static_cast<uint32_t>(snapshot.strings.size() - 1);
}

uint32_t SnapshotMaker::mask(uint64_t cpus)
{
    snapshot.mask_words.push_back(cpus);
    return static_cast<uint32_t>(snapshot.mask_words.size() - 1);
}

uint32_t SnapshotMaker::workqueue(uint64_t identity, const std::string& name, uint32_t flags,
                                  const std::vector<Pwq>& pwqs, const std::string& symbol)
{
    const auto index = static_cast<uint32_t>(snapshot.workqueues.size());
    wqlab_snap_workqueue wq{};
    wq.identity = identity;
    wq.name = string(name);
    wq.symbol = symbol.empty() ? WQLAB_NONE : string(symbol);
    wq.flags = flags;
    wq.max_active = 256;
    wq.first_pwq = static_cast<uint32_t>(snapshot.pwqs.size());
    wq.nr_pwqs = static_cast<uint32_t>(pwqs.size());
    snapshot.workqueues.push_back(wq);
    for (const Pwq& wanted : pwqs) {
        wqlab_snap_pwq pwq{};
        pwq.identity = wanted.identity;
        pwq.stats[WQLAB_PWQ_STAT_STARTED] = wanted.started;
        pwq.stats[WQLAB_PWQ_STAT_COMPLETED] = wanted.completed;
        pwq.stats[WQLAB_PWQ_STAT_CPU_TIME] = wanted.cpu_us;
        pwq.stats[WQLAB_PWQ_STAT_CPU_INTENSIVE] = wanted.hogs;
        pwq.nr_active = wanted.active;
        pwq.nr_inactive = wanted.inactive;
        pwq.in_flight[3] = wanted.active;
        pwq.in_flight[4] = static_cast<int32_t>(wanted.inactive);
        pwq.workqueue = index;
        pwq.pool = wanted.pool;
        snapshot.pwqs.push_back(pwq);
    }
    return index;
}

void SnapshotMaker::pool(int32_t id, int32_t cpu, uint64_t since_progress_ns)
{
    wqlab_snap_pool pool{};
    pool.id = id;
    pool.cpu = cpu;
    pool.nr_workers = 3;
    pool.nr_idle = 1;
    pool.nr_pending = since_progress_ns == WQLAB_NEVER ? 0 : 2;
    pool.since_progress_ns = since_progress_ns;
    pool.cpus = mask(cpu < 0 ? 0xf : 1u << cpu);
    snapshot.pools.push_back(pool);
}

void SnapshotMaker::busy_worker(int32_t pid, int32_t pool, uint32_t workqueue, const std::string& function,
                                uint64_t busy_ns, uint32_t flags)
{
    wqlab_snap_worker worker{};
    worker.pid = pid;
    worker.pool = pool;
    worker.work = 0xabc;
    worker.workqueue = workqueue;
    worker.function = string(function);
    worker.busy_ns = busy_ns;
    worker.idle_ns = WQLAB_NEVER;
    worker.flags = flags;
    worker.command = string("kworker/0:1");
    worker.description = WQLAB_NONE;
    snapshot.workers.push_back(worker);
}

void SnapshotMaker::idle_worker(int32_t pid, int32_t pool, uint64_t idle_ns)
{
    wqlab_snap_worker worker{};
    worker.pid = pid;
    worker.pool = pool;
    worker.workqueue = WQLAB_NONE;
    worker.function = WQLAB_NONE;
    worker.busy_ns = WQLAB_NEVER;
    worker.idle_ns = idle_ns;
    worker.flags = WQLAB_WORKER_IDLE;
    worker.command = string("kworker/0:2");
    worker.description = WQLAB_NONE;
    snapshot.workers.push_back(worker);
}

void SnapshotMaker::work(int32_t pool, uint32_t workqueue, const std::string& function, uint32_t state)
{
    wqlab_snap_work work{};
    work.pool = pool;
    work.workqueue = workqueue;
    work.function = string(function);
    work.state = state;
    work.waiter_command = WQLAB_NONE;
    snapshot.works.push_back(work);
}

void SnapshotMaker::hog(const std::string& function, uint64_t count)
{
    snapshot.hogs.push_back({.count = count, .function = string(function), .reserved = 0});
}
