// SPDX-License-Identifier: GPL-2.0
#include "commands/top/model.hh"

#include <algorithm>
#include <map>
#include <set>

#include "snapshot/workqueue_labels.hh"
#include "snapshot/worker_state.hh"
#include "text/printable.hh"

namespace wqctl {

namespace {

std::optional<uint64_t> time_or_none(uint64_t ns) { return ns == WQLAB_NEVER ? std::nullopt : std::optional(ns); }

void raise(std::optional<uint64_t>& longest, std::optional<uint64_t> ns)
{
    if (ns && (!longest || *ns > *longest))
        longest = ns;
}

std::string text_of(const Snapshot& snapshot, uint32_t string)
{
    return string == WQLAB_NONE ? "" : printable(snapshot.string(string));
}

std::vector<WorkqueueRow> workqueue_rows(const TotalsSample& sample, const Snapshot& snapshot)
{
    std::vector<WorkqueueRow> rows;
    for (const WorkqueueTotals& totals : sample.workqueues) {
        WorkqueueRow row;
        static_cast<WorkqueueTotals&>(row) = totals;
        if (totals.counted)
            row.items_per_s = sample.per_second(totals.delta[WQLAB_PWQ_STAT_STARTED]);
        if (const auto us = sample.per_second(totals.delta[WQLAB_PWQ_STAT_CPU_TIME]);
            us && totals.counted && !row.is(WQLAB_WQ_BH))
            row.cpus = *us / 1e6;
        rows.push_back(std::move(row));
    }
    for (const wqlab_snap_work& work : snapshot.works) {
        const wqlab_snap_pool* pool = snapshot.pool(work.pool);
        if (work.state == WQLAB_WORK_PENDING && work.workqueue < rows.size() && pool)
            raise(rows[work.workqueue].wait_ns, time_or_none(pool->since_progress_ns));
    }
    return rows;
}

std::vector<WorkerRow> worker_rows(const Snapshot& snapshot, const WorkqueueLabels& labels)
{
    std::vector<WorkerRow> rows;
    for (const wqlab_snap_worker& worker : snapshot.workers) {
        WorkerRow row;
        row.pid = worker.pid;
        row.pool = worker.pool;
        row.function = text_of(snapshot, worker.function);
        row.workqueue = snapshot.workqueue(worker.workqueue) ? labels[worker.workqueue] : "";
        row.description = text_of(snapshot, worker.description);
        row.command = text_of(snapshot, worker.command);
        row.flags = worker.flags;
        row.is_busy = worker.work != 0;
        row.for_ns = time_or_none(row.is_busy ? worker.busy_ns : worker.idle_ns);
        row.cpu = worker.cpu;
        row.nice = worker.nice;
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<FunctionRow> function_rows(const Snapshot& snapshot, const WorkqueueLabels& labels)
{
    std::map<std::string, FunctionRow> functions;
    std::map<std::string, std::set<std::string>> workqueues;
    const auto row_of = [&](uint32_t function, uint32_t workqueue) -> FunctionRow& {
        const std::string name = text_of(snapshot, function);
        if (snapshot.workqueue(workqueue))
            workqueues[name].insert(labels[workqueue]);
        return functions[name];
    };
    for (const wqlab_snap_worker& worker : snapshot.workers) {
        if (!worker.work || worker.function == WQLAB_NONE)
            continue;
        FunctionRow& row = row_of(worker.function, worker.workqueue);
        row.busy++;
        const auto ns = time_or_none(worker.busy_ns);
        if (ns && (!row.longest_ns || *ns > *row.longest_ns)) {
            row.longest_ns = ns;
            row.longest_is_bound = worker.flags & WQLAB_WORKER_SINCE_AT_LEAST;
        }
    }
    for (const wqlab_snap_work& work : snapshot.works) {
        if (work.function == WQLAB_NONE)
            continue;
        FunctionRow& row = row_of(work.function, work.workqueue);
        (work.state == WQLAB_WORK_INACTIVE ? row.inactive : row.pending)++;
    }
    for (const wqlab_snap_hog& hog : snapshot.hogs)
        row_of(hog.function, WQLAB_NONE).hogs += hog.count;
    std::vector<FunctionRow> rows;
    for (auto& [name, row] : functions) {
        row.function = name;
        for (const std::string& workqueue : workqueues[name])
            row.workqueues += (row.workqueues.empty() ? "" : ", ") + workqueue;
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<PoolRow> pool_rows(const Snapshot& snapshot)
{
    std::map<int32_t, uint64_t> busy;
    for (const wqlab_snap_worker& worker : snapshot.workers)
        busy[worker.pool] += worker.work != 0;
    std::vector<PoolRow> rows;
    for (const wqlab_snap_pool& pool : snapshot.pools) {
        PoolRow row;
        row.pool = pool;
        row.cpus = format_cpu_list(snapshot.cpus(pool.cpus));
        row.kind = pool.flags & WQLAB_POOL_BH ? "bh" : pool.cpu >= 0 ? "percpu" : "unbound";
        // The kernel sets both flags also where they say nothing.
        if (row.kind == "unbound" && pool.flags & WQLAB_POOL_STRICT)
            row.kind += " strict";
        if (row.kind == "percpu" && pool.flags & WQLAB_POOL_DISASSOCIATED)
            row.kind += " offline";
        row.busy = busy[pool.id];
        row.wait_ns = time_or_none(pool.since_progress_ns);
        rows.push_back(std::move(row));
    }
    return rows;
}

TopSummary summarise(const TopData& data, const TotalsSample& sample, const Snapshot& snapshot)
{
    TopSummary summary;
    uint64_t started = 0;
    uint64_t cpu_us = 0;
    bool counted = true;
    for (const WorkqueueRow& row : data.workqueues) {
        counted = row.counted;
        started += row.delta[WQLAB_PWQ_STAT_STARTED];
        cpu_us += row.is(WQLAB_WQ_BH) ? 0 : row.delta[WQLAB_PWQ_STAT_CPU_TIME];
        summary.pending += row.pending();
        summary.inactive += row.inactive;
        summary.hogs += row.total[WQLAB_PWQ_STAT_CPU_INTENSIVE];
        summary.new_hogs += row.delta[WQLAB_PWQ_STAT_CPU_INTENSIVE];
    }
    if (counted)
        summary.items_per_s = sample.per_second(started);
    if (const auto us = sample.per_second(cpu_us); us && counted)
        summary.cpus = *us / 1e6;
    summary.pools = data.pools.size();
    for (const PoolRow& row : data.pools) {
        summary.workers += static_cast<uint64_t>(std::max(row.pool.nr_workers, 0));
        summary.idle += static_cast<uint64_t>(std::max(row.pool.nr_idle, 0));
        raise(summary.wait_ns, row.wait_ns);
    }
    summary.busy = static_cast<uint64_t>(
        std::count_if(data.workers.begin(), data.workers.end(), [](const WorkerRow& row) { return row.is_busy; }));
    summary.online_cpus = snapshot.cpus(snapshot.head.online_cpus).size();
    summary.is_freezing = snapshot.head.flags & WQLAB_STATE_FREEZING;
    if (!snapshot.troubles.empty())
        summary.trouble = printable(snapshot.troubles.front());
    return summary;
}

}  // namespace

std::string_view WorkerRow::state() const { return is_busy ? worker_state_name(worker_state(flags)) : "idle"; }

std::string WorkerRow::roles() const
{
    std::string text;
    const auto add = [&](uint32_t flag, const char* name) {
        if (flags & flag)
            text += (text.empty() ? "" : " ") + std::string(name);
    };
    add(WQLAB_WORKER_RESCUER, "rescuer");
    add(WQLAB_WORKER_MANAGER, "manager");
    add(WQLAB_WORKER_CPU_INTENSIVE, "hog");
    add(WQLAB_WORKER_DIE, "dying");
    return text;
}

TopData TopModel::take(const Snapshot& snapshot)
{
    const TotalsSample sample = totals_.take(snapshot);
    const WorkqueueLabels labels(snapshot);
    TopData data;
    data.workqueues = workqueue_rows(sample, snapshot);
    data.workers = worker_rows(snapshot, labels);
    data.functions = function_rows(snapshot, labels);
    data.pools = pool_rows(snapshot);
    data.summary = summarise(data, sample, snapshot);
    return data;
}

}  // namespace wqctl
