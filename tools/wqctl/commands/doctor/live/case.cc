// SPDX-License-Identifier: GPL-2.0
#include "commands/doctor/live/case.hh"
#include "commands/doctor/live/stacks.hh"

#include <algorithm>

namespace wqctl::live {

namespace {

// The kernel stamps in jiffies, and a look takes some time itself.
constexpr uint64_t kSlack = 50'000'000;

uint64_t interval(const Snapshot& before, const Snapshot& now)
{
    return now.head.time_ns > before.head.time_ns ? now.head.time_ns - before.head.time_ns : 0;
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

    for (const wqlab_snap_worker& worker : now.workers) {
        if (!worker.work)
            continue;
        const bool at_it = stays(worker);
        const uint64_t known = worker.busy_ns == WQLAB_NEVER ? 0 : worker.busy_ns;
        busy_.push_back({&worker, worker_state(worker.flags), at_it, at_it ? std::max(known, interval_ns_) : known});
    }
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

// An item that queues itself again may be back in the same worker: unless its age is known, only that nothing of its
// pool_workqueue has begun says that it is the same execution.
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
    const wqlab_snap_pwq* now = now_.pwq(worker.pwq);
    const wqlab_snap_pwq* then = pwq_before(worker.pwq);
    return now && then && now->stats[WQLAB_PWQ_STAT_STARTED] == then->stats[WQLAB_PWQ_STAT_STARTED];
}

const PoolCase* Case::pool(int32_t id) const
{
    const auto at = pool_index_.find(id);
    return at == pool_index_.end() ? nullptr : &pools_[at->second];
}

const Busy* Case::executor(uint64_t work) const
{
    const auto at = executors_.find(work);
    return at == executors_.end() ? nullptr : at->second;
}

const Busy* Case::worker(int32_t pid) const
{
    const auto at = by_pid_.find(pid);
    return at == by_pid_.end() ? nullptr : at->second;
}

const wqlab_snap_pwq* Case::pwq_before(uint32_t pwq) const
{
    const wqlab_snap_pwq* now = now_.pwq(pwq);
    const auto at = now ? pwqs_before_.find(now->identity) : pwqs_before_.end();
    return at == pwqs_before_.end() ? nullptr : at->second;
}

const wqlab_snap_workqueue* Case::workqueue_before(uint32_t workqueue) const
{
    const wqlab_snap_workqueue* now = now_.workqueue(workqueue);
    const auto at = now ? workqueues_before_.find(now->identity) : workqueues_before_.end();
    return at == workqueues_before_.end() ? nullptr : at->second;
}

bool Case::was_there(const wqlab_snap_work& work) const
{
    const auto at = works_before_.find(work.identity);
    return at != works_before_.end() && at->second->state == work.state && at->second->pool == work.pool;
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
