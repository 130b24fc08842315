// SPDX-License-Identifier: GPL-2.0
#include "commands/doctor/live/words.hh"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <set>

#include <fmt/core.h>

#include "commands/doctor/items.hh"
#include "text/names.hh"

namespace wqctl::live {

std::string lasting(uint64_t ns)
{
    const uint64_t seconds = ns / kSecond;
    if (seconds < 10)
        return fmt::format("{}.{} s", seconds, ns % kSecond / (kSecond / 10));
    if (seconds < 600)
        return fmt::format("{} s", seconds);
    if (seconds < 36'000)
        return fmt::format("{} min", seconds / 60);
    return fmt::format("{} h", seconds / 3600);
}

std::string name_of(const Case& at, const wqlab_snap_pool& pool)
{
    const std::string cpus = pool.cpu >= 0 ? fmt::format("CPU {}", pool.cpu)
                                           : "CPUs " + format_cpu_list(at.now().cpus(Snapshot::allowed_cpus(pool)));
    return fmt::format("{} {} ({}, nice {})", pool.flags & WQLAB_POOL_BH ? "BH pool" : "Pool", pool.id, cpus,
                       pool.nice);
}

std::string pool_name(const Case& at, int32_t id)
{
    const wqlab_snap_pool* pool = at.now().pool(id);
    return pool ? name_of(at, *pool) : fmt::format("Pool {}", id);
}

uint64_t count_items(const std::vector<const wqlab_snap_work*>& works)
{
    return static_cast<uint64_t>(
        std::ranges::count_if(works, [](const wqlab_snap_work* work) { return !work->is_barrier; }));
}

std::string describe(const Case& at, const std::vector<const wqlab_snap_work*>& works)
{
    std::map<std::string, uint64_t> functions;
    for (const wqlab_snap_work* work : works)
        if (!work->is_barrier)
            functions[at.now().string(work->function)]++;
    return describe_items(functions);
}

std::string function_of(const Case& at, const Busy& worker) { return at.now().string(worker.row->function); }

std::string workqueue_of(const Case& at, const Busy& worker) { return at.label(worker.row->workqueue); }

std::string doing(const Case&, const Busy& worker)
{
    const wqlab_snap_worker& row = *worker.row;
    std::string text;
    switch (worker.state) {
    case WorkerState::kSoftirq: text = "in softirq"; break;
    case WorkerState::kRunning: text = row.cpu >= 0 ? fmt::format("on CPU {}", row.cpu) : "on a CPU"; break;
    case WorkerState::kRunnable: text = "runnable, but not on a CPU"; break;
    case WorkerState::kPreempted: text = "preempted on its way to sleep, so still runnable"; break;
    case WorkerState::kSleeping: text = "asleep"; break;
    }
    if (worker.age_ns) {
        const bool exact = !(row.flags & WQLAB_WORKER_SINCE_AT_LEAST) && row.busy_ns != WQLAB_NEVER;
        text += fmt::format(", at it for {}{}", exact ? "" : "at least ", lasting(worker.age_ns));
    }
    if (row.flags & WQLAB_WORKER_RESCUER)
        text += ", the rescuer";
    return text;
}

Suspect suspect_of(const Case& at, const Busy& worker)
{
    return {function_of(at, worker), workqueue_of(at, worker),
            worker.row->pid ? std::optional<int>(worker.row->pid) : std::nullopt, doing(at, worker)};
}

Evidence seen(const Case& at, const Busy& worker)
{
    return {{},
            fmt::format("{} executes {} of {}: {}",
                        worker.row->pid
                            ? fmt::format("{} (pid {})", at.now().string(worker.row->command), worker.row->pid)
                            : "softirq",
                        function_of(at, worker), workqueue_of(at, worker), doing(at, worker))};
}

Evidence seen(const Case&, const PoolCase& pool)
{
    const wqlab_snap_pool& row = *pool.row;
    std::string text = fmt::format("pool {}: {} pending, {} workers, {} idle", row.id, row.nr_pending, row.nr_workers,
                                   row.nr_idle);
    if (row.cpu >= 0 && !(row.flags & WQLAB_POOL_BH))
        text += fmt::format(", {} counted as running", row.nr_running);
    if (row.manager)
        text += fmt::format(", managed by {}", row.manager);
    if (row.since_progress_ns != WQLAB_NEVER)
        text += fmt::format(", no progress for {}", lasting(row.since_progress_ns));
    return {{}, text};
}

std::string key_of(const PoolCase& pool) { return fmt::format("pool {}", pool.row->id); }

std::string workqueue_key(const Case& at, uint32_t workqueue)
{
    const wqlab_snap_workqueue* row = at.now().workqueue(workqueue);
    return fmt::format("workqueue {:x}", row ? row->identity : 0);
}

std::string task_key(int32_t pid) { return fmt::format("task {}", pid); }

// An hour and more is all the same.
unsigned by_age(uint64_t ns) { return static_cast<unsigned>(std::min<uint64_t>(ns / 40'000'000'000, 90)); }

void add_some(std::vector<std::string>& words, std::vector<std::string> more)
{
    constexpr size_t kMost = 8;
    const size_t left_out = more.size() > kMost ? more.size() - kMost : 0;
    more.resize(more.size() - left_out);
    std::ranges::move(more, std::back_inserter(words));
    if (left_out)
        words.push_back(fmt::format("and {} more", left_out));
}

std::vector<std::string> waiters(const Case& at, const std::vector<const wqlab_snap_work*>& works,
                                 const std::vector<const Busy*>& workers)
{
    std::vector<std::string> words;
    const auto add = [&](const wqlab_snap_work& work) {
        if (work.is_barrier && work.waiter)
            words.push_back(fmt::format(
                "{} (pid {}), in flush_work()",
                work.waiter_command == WQLAB_NONE ? "a task" : at.now().string(work.waiter_command), work.waiter));
    };
    for (const wqlab_snap_work* work : works)
        add(*work);
    std::set<int32_t> pids;
    for (const Busy* worker : workers)
        pids.insert(worker->row->pid);
    for (const wqlab_snap_work& work : at.now().works)
        if (work.state == WQLAB_WORK_SCHEDULED && pids.contains(work.worker))
            add(work);
    std::vector<std::string> some;
    add_some(some, std::move(words));
    return some;
}

void tell_of(const Case& at, const PoolCase& pool, Finding& finding)
{
    if (std::string victims = describe(at, pool.pending); !victims.empty())
        finding.victims.push_back(std::move(victims));
    for (std::string& waiter : waiters(at, pool.pending, pool.busy))
        finding.victims.push_back(std::move(waiter));
    finding.evidence.push_back(seen(at, pool));
    constexpr size_t kMost = 4;
    for (size_t i = 0; i < std::min(kMost, pool.busy.size()); i++)
        finding.evidence.push_back(seen(at, *pool.busy[i]));
}

std::string lower(std::string name)
{
    if (name.size() > 1 && std::islower(static_cast<unsigned char>(name[1])))
        name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[0])));
    return name;
}

}  // namespace wqctl::live
