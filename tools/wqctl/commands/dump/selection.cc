// SPDX-License-Identifier: GPL-2.0
#include "commands/dump/selection.hh"

#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "text/error.hh"

namespace wqctl {

namespace {

bool contains(const CpuList& cpus, uint32_t cpu) { return std::binary_search(cpus.begin(), cpus.end(), cpu); }

bool has_work(const wqlab_snap_pool& pool) { return pool.nr_pending > 0 || pool.nr_busy > 0; }

bool has_work(const wqlab_snap_pwq& pwq)
{
    return pwq.nr_active > 0 || pwq.nr_inactive > 0 ||
           std::any_of(std::begin(pwq.in_flight), std::end(pwq.in_flight), [](int32_t n) { return n > 0; });
}

bool is_busy(const wqlab_snap_worker& worker) { return worker.work != 0 || worker.function != WQLAB_NONE; }

std::string pools_of_cpu(const Snapshot& snapshot, uint32_t cpu)
{
    std::string text;
    for (const wqlab_snap_pool& pool : snapshot.pools)
        if (pool.cpu >= 0 && static_cast<uint32_t>(pool.cpu) == cpu)
            text += fmt::format("{}{}", text.empty() ? "" : ", ", pool.id);
    return text;
}

void check(const Snapshot& snapshot, const Filter& filter)
{
    if (filter.pool && !snapshot.pool(*filter.pool))
        throw Error::usage(snapshot.pools.empty() ? fmt::format("there is no pool {}", *filter.pool)
                                                  : fmt::format("there is no pool {}; the highest is {}", *filter.pool,
                                                                snapshot.pools.back().id),
                           "wqctl dump pools shows them");
    if (!filter.cpu)
        return;
    const wqlab_snap_head& head = snapshot.head;
    if (const CpuList possible = snapshot.cpus(head.possible_cpus);
        *filter.cpu >= head.nr_cpu_ids || (!possible.empty() && !contains(possible, *filter.cpu)))
        throw Error::usage(
            possible.empty()
                ? fmt::format("there is no CPU {}; the highest is {}", *filter.cpu, int64_t{head.nr_cpu_ids} - 1)
                : fmt::format("there is no CPU {}; the CPUs are {}", *filter.cpu, format_cpu_list(possible)));
    if (const CpuList online = snapshot.cpus(head.online_cpus); !online.empty() && !contains(online, *filter.cpu)) {
        const std::string pools = pools_of_cpu(snapshot, *filter.cpu);
        throw Error::usage(fmt::format("CPU {} is offline; online are {}", *filter.cpu, format_cpu_list(online)),
                           pools.empty() ? "" : fmt::format("its pools are still there: --pool with one of {}", pools));
    }
}

// What each row is asked, answered once for each pool and workqueue.
class Selector {
public:
    Selector(const Snapshot& snapshot, const Filter& filter)
        : s_(snapshot),
          f_(filter),
          pools_(s_.pools.size()),
          places_(s_.pools.size()),
          workqueues_(s_.workqueues.size()),
          used_(s_.pwqs.size())
    {
        for (size_t i = 0; i < s_.pools.size(); i++)
            places_[i] = is_at_place(s_.pools[i]);
        for (const wqlab_snap_worker& worker : s_.workers)
            if (is_busy(worker) && worker.pwq < used_.size())
                used_[worker.pwq] = true;
        for (const wqlab_snap_work& work : s_.works)
            if (work.pwq < used_.size())
                used_[work.pwq] = true;
        for (const wqlab_snap_flusher& flusher : s_.flushers)
            flushed_.insert(flusher.workqueue);
        choose_workqueues();
        choose_pools();
    }

    Selection take()
    {
        Selection chosen;
        chosen.filtered = f_.active();
        const auto keep = [](const auto& table, auto& list, auto&& wanted) {
            for (const auto& row : table)
                if (wanted(row))
                    list.push_back(&row);
        };
        keep(s_.pools, chosen.pools, [&](const wqlab_snap_pool& pool) { return pools_[index(pool)]; });
        keep(s_.workqueues, chosen.workqueues, [&](const auto& wq) { return workqueues_[s_.index_of(wq)]; });
        keep(s_.pwqs, chosen.pwqs, [&](const wqlab_snap_pwq& pwq) {
            return wanted_workqueue(pwq.workqueue) && at_place(pwq.pool) && (!f_.busy || is_used(pwq));
        });
        keep(s_.cpu_pwqs, chosen.cpu_pwqs, [&](const wqlab_snap_cpu_pwq& entry) {
            return wanted_workqueue(entry.workqueue) && at_place(entry.pool) && (!f_.cpu || entry.cpu == *f_.cpu);
        });
        keep(s_.node_active, chosen.node_active, [&](const auto& entry) { return wanted_workqueue(entry.workqueue); });
        keep(s_.workers, chosen.workers, [&](const wqlab_snap_worker& worker) { return wanted(worker); });
        keep(s_.works, chosen.works, [&](const wqlab_snap_work& work) {
            return at_place(work.pool) && (f_.workqueues.empty() || wanted_workqueue(work.workqueue));
        });
        keep(s_.flushers, chosen.flushers, [&](const auto& flusher) { return wanted_workqueue(flusher.workqueue); });
        keep(s_.timers, chosen.timers, [&](const wqlab_snap_timer& timer) { return wanted(timer); });
        std::stable_sort(chosen.timers.begin(), chosen.timers.end(),
                         [](const auto* a, const auto* b) { return a->due_ns < b->due_ns; });
        choose_hogs(chosen);
        choose_tasks(chosen);
        keep(s_.runqueues, chosen.runqueues, [&](const wqlab_snap_runqueue& rq) {
            return f_.cpu ? rq.cpu == *f_.cpu : !f_.active() || is_used_by(chosen.pools, rq.cpu);
        });
        return chosen;
    }

private:
    size_t index(const wqlab_snap_pool& pool) const { return static_cast<size_t>(&pool - s_.pools.data()); }

    // By --pool and --cpu.
    bool is_at_place(const wqlab_snap_pool& pool) const
    {
        if (f_.pool && pool.id != *f_.pool)
            return false;
        if (!f_.cpu)
            return true;
        return pool.cpu >= 0 ? static_cast<uint32_t>(pool.cpu) == *f_.cpu
                             : contains(s_.cpus(Snapshot::allowed_cpus(pool)), *f_.cpu);
    }

    bool at_place(int32_t id) const
    {
        if (!f_.pool && !f_.cpu)
            return true;
        const wqlab_snap_pool* pool = s_.pool(id);
        return pool && places_[index(*pool)];
    }

    bool is_used(const wqlab_snap_pwq& pwq) const
    {
        return has_work(pwq) || used_[static_cast<size_t>(&pwq - s_.pwqs.data())];
    }

    bool is_matched(const wqlab_snap_workqueue& wq) const
    {
        return f_.workqueues.match(s_.string(wq.name)) ||
               (wq.symbol != WQLAB_NONE && f_.workqueues.match(s_.string(wq.symbol)));
    }

    void choose_workqueues()
    {
        for (const wqlab_snap_workqueue& wq : s_.workqueues) {
            const uint32_t i = s_.index_of(wq);
            if (!is_matched(wq))
                continue;
            bool wanted = !f_.pool && !f_.cpu && !f_.busy;
            for (const wqlab_snap_pwq& pwq : s_.pwqs_of(wq))
                wanted |= at_place(pwq.pool) && (!f_.busy || is_used(pwq));
            if (f_.busy && !f_.pool && !f_.cpu)
                wanted |= wq.nr_drainers > 0 || flushed_.contains(i);
            workqueues_[i] = wanted;
        }
    }

    void choose_pools()
    {
        std::vector<bool> used(s_.pools.size(), f_.workqueues.empty());
        if (!f_.workqueues.empty())
            for (const wqlab_snap_workqueue& wq : s_.workqueues)
                if (is_matched(wq))
                    for (const wqlab_snap_pwq& pwq : s_.pwqs_of(wq))
                        if (const wqlab_snap_pool* pool = s_.pool(pwq.pool))
                            used[index(*pool)] = true;
        for (size_t i = 0; i < pools_.size(); i++)
            pools_[i] = used[i] && places_[i] && (!f_.busy || has_work(s_.pools[i]));
    }

    bool wanted_workqueue(uint32_t i) const { return !f_.active() || (i < workqueues_.size() && workqueues_[i]); }

    bool wanted(const wqlab_snap_worker& worker) const
    {
        if (f_.busy && !is_busy(worker))
            return false;
        // An idle rescuer has no pool, only its workqueue; an idle worker has no workqueue.
        if (worker.pool < 0)
            return wanted_workqueue(worker.workqueue) && !f_.pool && !f_.cpu;
        return at_place(worker.pool) && (f_.workqueues.empty() || wanted_workqueue(worker.workqueue));
    }

    bool wanted(const wqlab_snap_timer& timer) const
    {
        return wanted_workqueue(timer.workqueue) &&
               (at_place(pool_of(s_, timer)) || (f_.cpu && timer.timer_cpu == *f_.cpu && !f_.pool));
    }

    void choose_tasks(Selection& chosen) const
    {
        constexpr int32_t kKthreadd = 2;  // who makes workers
        std::set<int32_t> named = {kKthreadd};
        for (const wqlab_snap_pool* pool : chosen.pools)
            named.insert(pool->manager);
        for (const wqlab_snap_workqueue* wq : chosen.workqueues)
            named.insert(wq->rescuer_pid);
        for (const wqlab_snap_worker* worker : chosen.workers)
            named.insert(worker->pid);
        for (const wqlab_snap_work* work : chosen.works)
            named.insert(work->waiter);
        for (const wqlab_snap_flusher* flusher : chosen.flushers)
            named.insert(flusher->pid);
        for (const wqlab_snap_task& task : s_.tasks)
            if (named.contains(task.pid))
                chosen.tasks.push_back(&task);
    }

    bool is_used_by(const std::vector<const wqlab_snap_pool*>& pools, uint32_t cpu) const
    {
        return std::any_of(pools.begin(), pools.end(), [&](const wqlab_snap_pool* pool) {
            return pool->cpu >= 0 ? static_cast<uint32_t>(pool->cpu) == cpu
                                  : contains(s_.cpus(Snapshot::allowed_cpus(*pool)), cpu);
        });
    }

    void choose_hogs(Selection& chosen) const
    {
        std::set<std::string> seen;
        if (f_.active()) {
            for (const wqlab_snap_worker* worker : chosen.workers)
                seen.insert(s_.string(worker->function));
            for (const wqlab_snap_work* work : chosen.works)
                seen.insert(s_.string(work->function));
            for (const wqlab_snap_timer* timer : chosen.timers)
                seen.insert(s_.string(timer->function));
        }
        for (const wqlab_snap_hog& hog : s_.hogs)
            if (!f_.active() || seen.contains(s_.string(hog.function)))
                chosen.hogs.push_back(&hog);
        std::stable_sort(chosen.hogs.begin(), chosen.hogs.end(),
                         [](const auto* a, const auto* b) { return a->count > b->count; });
    }

    const Snapshot& s_;
    const Filter& f_;
    std::vector<bool> pools_;
    std::vector<bool> places_;
    std::vector<bool> workqueues_;
    std::vector<bool> used_;      // pwqs that an item or a worker is on
    std::set<uint32_t> flushed_;  // workqueues
};

}  // namespace

int32_t pool_of(const Snapshot& snapshot, const wqlab_snap_timer& timer)
{
    const uint32_t cpu = timer.cpu >= 0 ? static_cast<uint32_t>(timer.cpu) : timer.timer_cpu;
    for (const wqlab_snap_cpu_pwq& entry : snapshot.cpu_pwqs_of(timer.workqueue))
        if (entry.cpu == cpu)
            return entry.pool;
    return -1;
}

Selection select(const Snapshot& snapshot, const Filter& filter)
{
    check(snapshot, filter);
    return Selector(snapshot, filter).take();
}

}  // namespace wqctl
