// SPDX-License-Identifier: GPL-2.0
#include "commands/doctor/live/case.hh"
#include "commands/doctor/live/stacks.hh"
#include "commands/doctor/live/waits.hh"

#include <algorithm>

namespace wqctl::live {

namespace {

// The kernel stamps in jiffies, and a look takes some time itself.
constexpr uint64_t kSlack = 50'000'000;

uint64_t interval(const Snapshot& before, const Snapshot& now)
{
    return now.head.time_ns > before.head.time_ns ? now.head.time_ns - before.head.time_ns : 0;
}

template <typename Map>
auto find_or_null(const Map& map, const typename Map::key_type& key) -> typename Map::mapped_type
{
    const auto at = map.find(key);
    return at == map.end() ? nullptr : at->second;
}

}  // namespace

Case::Case(const Snapshot& before, const Snapshot& now)
    : before_(before), now_(now), interval_ns_(interval(before, now)), labels_(now)
{
    for (const wqlab_snap_pwq& pwq : before.pwqs)
        pwqs_before_.emplace(pwq.identity, &pwq);
    for (const wqlab_snap_workqueue& workqueue : before.workqueues)
        workqueues_before_.emplace(workqueue.identity, &workqueue);
    for (const wqlab_snap_worker& worker : before.workers)
        if (worker.work)
            workers_before_.emplace(std::pair(worker.pid, worker.work), &worker);
    for (const wqlab_snap_work& work : before.works)
        works_before_.emplace(work.identity, &work);

    for (const wqlab_snap_task& task : before.tasks)
        tasks_before_.emplace(task.pid, &task);
    for (const wqlab_snap_task& task : now.tasks)
        tasks_.emplace(task.pid, &task);
    for (const wqlab_snap_runqueue& runqueue : before.runqueues)
        runqueues_before_.emplace(runqueue.cpu, &runqueue);
    for (const wqlab_snap_runqueue& runqueue : now.runqueues)
        runqueues_.emplace(runqueue.cpu, &runqueue);

    for (const wqlab_snap_worker& worker : now.workers)
        if (worker.work)
            busy_.push_back(busy(worker));
    for (const wqlab_snap_pool& pool : now.pools) {
        const wqlab_snap_pool* then = before.pool(pool.id);
        const bool has_stood = pool.nr_pending && then && then->nr_pending && pool.since_progress_ns != WQLAB_NEVER &&
                               pool.since_progress_ns + kSlack >= interval_ns_;
        pool_index_.emplace(pool.id, pools_.size());
        pools_.push_back({&pool, then, {}, {}, has_stood, has_stood ? pool.since_progress_ns : 0});
    }
    for (const Busy& worker : busy_) {
        if (const auto at = pool_index_.find(worker.row->pool); at != pool_index_.end())
            pools_[at->second].busy.push_back(&worker);
        executors_.emplace(worker.row->work, &worker);
        if (worker.row->pid)
            by_pid_.emplace(worker.row->pid, &worker);
    }
    for (const wqlab_snap_work& work : now.works)
        if (const auto at = pool_index_.find(work.pool); at != pool_index_.end() && work.state == WQLAB_WORK_PENDING)
            pools_[at->second].pending.push_back(&work);
}

Case::~Case() = default;

Busy Case::busy(const wqlab_snap_worker& worker) const
{
    Busy busy{&worker, task(worker.pid), worker_state(worker.flags), stays(worker),
              worker.busy_ns == WQLAB_NEVER ? 0 : worker.busy_ns};
    // Who sleeps at its item has been at it since before.
    if (busy.sleeps() && busy.task && busy.task->since_ns != WQLAB_NEVER)
        busy.age_ns = std::max<uint64_t>(busy.age_ns, busy.task->since_ns);
    if (busy.stays)
        busy.age_ns = std::max(busy.age_ns, interval_ns_);
    return busy;
}

// An item that queues itself again may be back in the same worker: unless its age is known, that the worker has slept
// all the while, or that nothing of its pool_workqueue has begun, says that it is the same execution; where that is not
// counted (before 6.5), that nothing of its pool has.
bool Case::stays(const wqlab_snap_worker& worker) const
{
    if (is_one_look())
        return true;
    const auto before = workers_before_.find({worker.pid, worker.work});
    if (before == workers_before_.end() || before_.string(before->second->function) != now_.string(worker.function))
        return false;
    if (worker.busy_ns != WQLAB_NEVER && worker.busy_ns + kSlack >= interval_ns_)
        return true;
    if (!(worker.flags & WQLAB_WORKER_SINCE_AT_LEAST))
        return worker.busy_ns == WQLAB_NEVER;
    if (has_slept(worker.pid))
        return true;
    const wqlab_snap_pwq* now = now_.pwq(worker.pwq);
    const wqlab_snap_pwq* then = pwq_before(worker.pwq);
    if (!now || !then)
        return false;
    const uint64_t started = now->stats[WQLAB_PWQ_STAT_STARTED];
    if (started != WQLAB_NEVER)
        return started == then->stats[WQLAB_PWQ_STAT_STARTED];
    const wqlab_snap_pool* pool = now_.pool(worker.pool);
    return pool && pool->since_progress_ns != WQLAB_NEVER && pool->since_progress_ns >= interval_ns_;
}

const wqlab_snap_task* Case::task(int32_t pid) const { return pid ? find_or_null(tasks_, pid) : nullptr; }

const wqlab_snap_task* Case::task_before(int32_t pid) const { return pid ? find_or_null(tasks_before_, pid) : nullptr; }

const wqlab_snap_runqueue* Case::runqueue(int32_t cpu) const
{
    return find_or_null(runqueues_, static_cast<uint32_t>(cpu));
}

const wqlab_snap_runqueue* Case::runqueue_before(int32_t cpu) const
{
    return find_or_null(runqueues_before_, static_cast<uint32_t>(cpu));
}

// Flags: what of sleeping and having a CPU it has.
bool Case::is_in_both(int32_t pid, uint32_t flags) const
{
    constexpr uint32_t kBoth = WQLAB_TASK_SLEEPING | WQLAB_TASK_ON_CPU;
    const wqlab_snap_task* now = task(pid);
    const wqlab_snap_task* then = task_before(pid);
    return now && then && (now->flags & kBoth) == flags && (then->flags & kBoth) == flags;
}

bool Case::has_left_no_cpu(int32_t pid) const { return task(pid)->switches == task_before(pid)->switches; }

bool Case::wants_cpu(int32_t pid) const { return is_in_both(pid, 0); }

bool Case::has_waited_for_cpu(int32_t pid) const { return wants_cpu(pid) && has_left_no_cpu(pid); }

bool Case::has_slept(int32_t pid) const { return is_in_both(pid, WQLAB_TASK_SLEEPING) && has_left_no_cpu(pid); }

bool Case::was_on_cpu(const Busy& worker) const
{
    const auto before = workers_before_.find({worker.row->pid, worker.row->work});
    return before != workers_before_.end() && before->second->flags & (WQLAB_WORKER_ON_CPU | WQLAB_WORKER_BH);
}

std::optional<uint64_t> Case::cpu_time(int32_t pid) const
{
    const wqlab_snap_task* now = task(pid);
    const wqlab_snap_task* then = task_before(pid);
    if (!now || !then || now->runtime_ns < then->runtime_ns)
        return {};
    return now->runtime_ns - then->runtime_ns;
}

std::optional<uint64_t> Case::ended(const PoolCase& pool) const
{
    uint64_t count = 0;
    constexpr auto kCompleted = WQLAB_PWQ_STAT_COMPLETED;
    for (const wqlab_snap_pwq& pwq : now_.pwqs) {
        if (pwq.pool != pool.row->id)
            continue;
        if (pwq.stats[kCompleted] == WQLAB_NEVER)
            return {};
        const wqlab_snap_pwq* before = find_or_null(pwqs_before_, pwq.identity);
        if (before && pwq.stats[kCompleted] > before->stats[kCompleted])
            count += pwq.stats[kCompleted] - before->stats[kCompleted];
    }
    return count;
}

const Waits& Case::waits() const
{
    if (!waits_)
        waits_ = std::make_unique<const Waits>(*this);
    return *waits_;
}

const PoolCase* Case::pool(int32_t id) const
{
    const auto at = pool_index_.find(id);
    return at == pool_index_.end() ? nullptr : &pools_[at->second];
}

const Busy* Case::executor(uint64_t work) const { return find_or_null(executors_, work); }

const Busy* Case::worker(int32_t pid) const { return find_or_null(by_pid_, pid); }

const wqlab_snap_pwq* Case::pwq_before(uint32_t pwq) const
{
    const wqlab_snap_pwq* now = now_.pwq(pwq);
    return now ? find_or_null(pwqs_before_, now->identity) : nullptr;
}

const wqlab_snap_workqueue* Case::workqueue_before(uint32_t workqueue) const
{
    const wqlab_snap_workqueue* now = now_.workqueue(workqueue);
    return now ? find_or_null(workqueues_before_, now->identity) : nullptr;
}

bool Case::was_there(const wqlab_snap_work& work) const
{
    const auto at = works_before_.find(work.identity);
    return at != works_before_.end() && at->second->state == work.state && at->second->pool == work.pool;
}

void Case::raise_age(const Busy& worker, uint64_t ns)
{
    Busy& mine = busy_[static_cast<size_t>(&worker - busy_.data())];
    mine.age_ns = std::max(mine.age_ns, ns);
}

void Case::know(const Stacks& stacks) { stacks_ = &stacks; }

const TaskStack* Case::stack(int32_t pid) const
{
    if (!stacks_)
        return nullptr;
    const auto found = stacks_->by_pid.find(pid);
    return found == stacks_->by_pid.end() ? nullptr : &found->second;
}

std::string Case::no_stacks() const
{
    return stacks_ ? stacks_->lacking : "stacks are read of a machine that runs, as root";
}

}  // namespace wqctl::live
