// SPDX-License-Identifier: GPL-2.0
#include "unit/commands/doctor/live/scene.hh"

#include <algorithm>

#include "commands/doctor/render.hh"
#include "unit/term/plain.hh"

Scene::Scene(unsigned which) : look(which), snapshot(maker_.snapshot), maker_(100 * kSecond + which * kSecond)
{
    for (int32_t cpu = 0; cpu < 4; cpu++)
        maker_.pool(2 + 4 * cpu, cpu);
    maker_.pool(16, -1);
    for (wqlab_snap_pool& one : snapshot.pools) {
        one.nr_pending = 0;
        one.nr_workers = 1;
        one.nr_idle = 1;
        one.idle_timer_ns = one.mayday_timer_ns = WQLAB_NEVER;
        one.pod_cpus = WQLAB_NONE;
    }
    for (uint32_t cpu = 0; cpu < 4; cpu++) {
        wqlab_snap_runqueue runqueue{};
        runqueue.cpu = cpu;
        runqueue.flags = WQLAB_RQ_ONLINE | WQLAB_RQ_ACTIVE | WQLAB_RQ_IDLE;
        snapshot.runqueues.push_back(runqueue);
    }
}

uint64_t Scene::by_now(uint64_t ns) const { return look == 1 ? ns : ns > kSecond ? ns - kSecond : 0; }

wqlab_snap_pool& Scene::pool(int32_t id) { return *std::ranges::find(snapshot.pools, id, &wqlab_snap_pool::id); }

uint32_t Scene::workqueue(const std::string& name, uint32_t flags, const std::vector<int32_t>& pools,
                          int32_t max_active)
{
    std::vector<SnapshotMaker::Pwq> pwqs;
    for (size_t i = 0; i < pools.size(); i++)
        pwqs.push_back({.identity = ++identity_, .started = 7, .completed = 7});
    const uint32_t index = maker_.workqueue(++identity_, name, flags, pwqs);
    wqlab_snap_workqueue& made = wq(index);
    made.max_active = made.saved_max_active = max_active;
    made.effective_cpus = made.cpus = made.rescuer_cpus = made.dfl_pwq = WQLAB_NONE;
    made.rescuer_pool = -1;
    if (flags & WQLAB_WQ_UNBOUND)
        snapshot.node_active.push_back({index, 0, 0, max_active, 0, 0});
    for (size_t i = 0; i < pools.size(); i++)
        snapshot.pwqs[made.first_pwq + i].pool = pools[i];
    return index;
}

wqlab_snap_pwq& Scene::pwq(uint32_t workqueue, int32_t pool)
{
    const auto first = snapshot.pwqs.begin() + wq(workqueue).first_pwq;
    return *std::find_if(first, first + wq(workqueue).nr_pwqs,
                         [&](const wqlab_snap_pwq& one) { return one.pool == pool; });
}

wqlab_snap_worker& Scene::busy(int32_t pid, uint32_t workqueue, int32_t pool, const std::string& function,
                               uint64_t busy_ns, uint32_t flags)
{
    maker_.busy_worker(pid, pool, workqueue, function, by_now(busy_ns), flags);
    wqlab_snap_worker& worker = snapshot.workers.back();
    worker.work = ++identity_;
    worker.pwq = static_cast<uint32_t>(&pwq(workqueue, pool) - snapshot.pwqs.data());
    worker.cpu = this->pool(pool).cpu;
    worker.cpus = WQLAB_NONE;
    pwq(workqueue, pool).nr_active++;
    pwq(workqueue, pool).stats[WQLAB_PWQ_STAT_STARTED]++;
    this->pool(pool).nr_workers++;
    this->pool(pool).nr_busy++;
    task(pid, "kworker/0:1",
         flags & WQLAB_WORKER_SLEEPING ? WQLAB_TASK_SLEEPING
         : flags & WQLAB_WORKER_ON_CPU ? WQLAB_TASK_ON_CPU
                                       : 0,
         busy_ns);
    return worker;
}

wqlab_snap_worker& Scene::idle(int32_t pid, int32_t pool)
{
    maker_.idle_worker(pid, pool, 5 * kSecond);
    snapshot.workers.back().cpu = this->pool(pool).cpu;
    task(pid, "kworker/0:2", WQLAB_TASK_SLEEPING, 42 * kSecond);
    return snapshot.workers.back();
}

wqlab_snap_work& Scene::work(uint32_t workqueue, int32_t pool, const std::string& function, uint32_t state)
{
    maker_.work(pool, workqueue, function, state);
    wqlab_snap_work& work = snapshot.works.back();
    work.identity = ++identity_;
    work.pwq = static_cast<uint32_t>(&pwq(workqueue, pool) - snapshot.pwqs.data());
    return work;
}

wqlab_snap_work& Scene::pending(uint32_t workqueue, int32_t pool, const std::string& function)
{
    this->pool(pool).nr_pending++;
    pwq(workqueue, pool).nr_active++;
    return work(workqueue, pool, function, WQLAB_WORK_PENDING);
}

wqlab_snap_work& Scene::inactive(uint32_t workqueue, int32_t pool, const std::string& function)
{
    pwq(workqueue, pool).nr_inactive++;
    return work(workqueue, pool, function, WQLAB_WORK_INACTIVE);
}

wqlab_snap_work& Scene::barrier(int32_t waiter, const wqlab_snap_worker& behind)
{
    const wqlab_snap_worker of = behind;  // the table may move
    wqlab_snap_work& work = this->work(of.workqueue, of.pool, "wq_barrier_func", WQLAB_WORK_SCHEDULED);
    work.is_barrier = 1;
    work.barrier_target = of.work;
    work.waiter = waiter;
    work.waiter_command = string("flusher");
    work.worker = of.pid;
    task(waiter, "flusher", WQLAB_TASK_SLEEPING, kSecond);
    return work;
}

wqlab_snap_task& Scene::task(int32_t pid, const std::string& command, uint32_t flags, uint64_t since_ns)
{
    const auto known = std::ranges::find(snapshot.tasks, pid, &wqlab_snap_task::pid);
    wqlab_snap_task& task = known == snapshot.tasks.end() ? snapshot.tasks.emplace_back() : *known;
    task.since_ns = std::max<uint64_t>(known == snapshot.tasks.end() ? 0 : task.since_ns, by_now(since_ns));
    task.pid = pid;
    task.command = string(command);
    task.flags = flags;
    task.switches = 77;
    task.cpu = 1;
    return task;
}

wqlab_snap_task& Scene::takes_cpu(int32_t cpu, int32_t pid, const std::string& command, uint32_t policy,
                                  uint64_t since_ns)
{
    wqlab_snap_task& task = this->task(pid, command, WQLAB_TASK_ON_CPU, since_ns);
    task.policy = policy;
    task.rt_priority = policy == 1 || policy == 2 ? 50 : 0;
    task.runtime_ns = (100 + look) * kSecond;
    task.cpu = cpu;
    wqlab_snap_runqueue& runqueue = snapshot.runqueues[static_cast<size_t>(cpu)];
    runqueue.flags &= ~uint32_t{WQLAB_RQ_IDLE};
    runqueue.pid = pid;
    runqueue.nr_running = 2;
    return task;
}

wqlab_snap_flusher& Scene::flusher(uint32_t workqueue, int32_t pid)
{
    wqlab_snap_flusher flusher{};
    flusher.workqueue = workqueue;
    flusher.pid = pid;
    flusher.command = string("flusher");
    task(pid, "flusher", WQLAB_TASK_SLEEPING, kSecond);
    return snapshot.flushers.emplace_back(flusher);
}

void Scene::stuck(int32_t pool, uint64_t since_ns) { this->pool(pool).since_progress_ns = by_now(since_ns); }

std::string text_of(const std::vector<wqctl::Finding>& findings)
{
    return wqctl::render_findings(findings, plain(10'000));
}
