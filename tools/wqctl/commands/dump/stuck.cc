// SPDX-License-Identifier: GPL-2.0
#include "commands/dump/stuck.hh"

#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "snapshot/overdue.hh"
#include "term/lines.hh"

namespace wqctl {

namespace {

class Search {
public:
    Search(const Snapshot& snapshot, const Selection& from, uint64_t ns) : s_(snapshot), from_(from), ns_(ns) {}

    Stuck take()
    {
        find();
        Selection& to = stuck_.selection;
        to.filtered = true;
        keep(from_.works, to.works, [&](const wqlab_snap_work& work) { return waits(work); });
        for (const wqlab_snap_work* work : to.works)
            workqueues_.insert(work->workqueue);
        keep(from_.flushers, to.flushers, [&](const auto& flusher) { return workqueues_.contains(flusher.workqueue); });
        keep(from_.timers, to.timers, [&](const wqlab_snap_timer& timer) { return is_overdue(timer, ns_); });
        stuck_.any |= !to.timers.empty();
        keep(from_.workqueues, to.workqueues, [&](const auto& wq) { return workqueues_.contains(s_.index_of(wq)); });
        keep(from_.node_active, to.node_active, [&](const auto& one) { return workqueues_.contains(one.workqueue); });
        for (const wqlab_snap_worker* worker : to.workers)
            places_.insert(worker->pool);
        for (const wqlab_snap_work* work : to.works)
            places_.insert(work->pool);
        keep(from_.pools, to.pools, [&](const wqlab_snap_pool& pool) { return places_.contains(pool.id); });
        const auto is_place = [&](const auto& row) {
            return workqueues_.contains(row.workqueue) && places_.contains(row.pool);
        };
        keep(from_.pwqs, to.pwqs, is_place);
        keep(from_.cpu_pwqs, to.cpu_pwqs, is_place);
        return std::move(stuck_);
    }

private:
    template <typename Row>
    static void keep(const std::vector<const Row*>& from, std::vector<const Row*>& to, auto&& wanted)
    {
        std::ranges::copy_if(from, std::back_inserter(to), [&](const Row* row) { return wanted(*row); });
    }

    void find()
    {
        for (const wqlab_snap_pool* pool : from_.pools)
            if (pool->since_progress_ns != WQLAB_NEVER && pool->since_progress_ns >= ns_)
                pools_.insert(pool->id);
        for (const wqlab_snap_worker* worker : from_.workers) {
            if (worker->work == 0 && worker->function == WQLAB_NONE)
                continue;
            const bool is_old = worker->busy_ns != WQLAB_NEVER && worker->busy_ns >= ns_;
            const bool is_bound = worker->busy_ns == WQLAB_NEVER || worker->flags & WQLAB_WORKER_SINCE_AT_LEAST;
            if (!is_old && !pools_.contains(worker->pool)) {
                stuck_.unknown += is_bound;
                continue;
            }
            stuck_.selection.workers.push_back(worker);
            workers_.insert(worker->pid);
            if (is_old)
                workqueues_.insert(worker->workqueue);
        }
        stuck_.any = !pools_.empty() || !stuck_.selection.workers.empty();
    }

    bool waits(const wqlab_snap_work& work) const
    {
        switch (work.state) {
        case WQLAB_WORK_SCHEDULED: return workers_.contains(work.worker);
        // An end of any active item of the workqueue lets one of them in: of another pwq, too.
        case WQLAB_WORK_INACTIVE: return workqueues_.contains(work.workqueue);
        default: return pools_.contains(work.pool);
        }
    }

    const Snapshot& s_;
    const Selection& from_;
    uint64_t ns_;
    Stuck stuck_;
    std::set<int32_t> pools_, places_;  // that do not move; where anything is to be shown
    std::set<int32_t> workers_;         // pids
    std::set<uint32_t> workqueues_;
};

}  // namespace

Stuck only_stuck(const Snapshot& snapshot, const Selection& from, uint64_t ns)
{
    return Search(snapshot, from, ns).take();
}

std::string render_unknown(const Stuck& stuck, const std::string& time, const Style& style)
{
    if (!stuck.unknown)
        return {};
    const bool is_one = stuck.unknown == 1;
    return wrap(fmt::format("Of {} other busy worker{} this kernel does not say since when: {} may be at {} for {} and "
                            "more, too. wqctl doctor --for {} tells.",
                            stuck.unknown, is_one ? "" : "s", is_one ? "it" : "they",
                            is_one ? "its item" : "their items", time, time),
                style.width, "");
}

}  // namespace wqctl
