// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <optional>

#include <fmt/core.h>

#include "commands/explain/experiment.hh"
#include "commands/explain/judge.hh"
#include "system/files.hh"

namespace wqctl {

namespace {

constexpr uint32_t kItems = 2;
// After 10 s items wake up by themselves, and go on elsewhere.
constexpr uint64_t kTooLateNs = 9'000'000'000;
constexpr int kAttempts = 3;

std::string online_file(uint32_t cpu) { return fmt::format("/sys/devices/system/cpu/cpu{}/online", cpu); }

// The last CPU that can be taken offline.
uint32_t victim(const CpuList& online)
{
    for (size_t i = online.size(); i-- > 1;)
        if (read_line(online_file(online[i])) == "1")
            return online[i];
    throw Skip{online.size() > 1 ? "no CPU can be taken offline here" : "there is only one CPU"};
}

IssuerSpec sleepers_on(std::string workqueue, uint32_t depth, uint32_t from, uint32_t cpu)
{
    IssuerSpec spec = sleepers(std::move(workqueue), depth, {from});
    spec.queue_on = cpu;
    return spec;
}

std::string where(const Snapshot& snapshot, const std::vector<wqlab_snap_worker>& workers)
{
    return workers.empty() ? "nowhere" : format_cpu_list(snapshot.cpus(workers.front().cpus));
}

bool disassociated(const Snapshot& snapshot, int32_t pool)
{
    const wqlab_snap_pool* found = snapshot.pool(pool);
    return found && found->flags & WQLAB_POOL_DISASSOCIATED;
}

// The same item in the hands of the same worker.
bool same(const std::vector<wqlab_snap_worker>& a, const std::vector<wqlab_snap_worker>& b)
{
    return a.size() == 1 && b.size() == 1 && a.front().pid == b.front().pid && a.front().work == b.front().work &&
           a.front().pool == b.front().pool;
}

// False: it took too long to say anything.
bool try_it(Bench& bench, Explanation& e, uint32_t first, uint32_t cpu)
{
    e.done.clear();
    e.seen.clear();
    e.statements.clear();
    Load stays(bench, {own("stays")}, {sleepers_on("stays", 1, first, cpu)});
    Load ends(bench, {own("ends")}, {sleepers_on("ends", kItems, first, cpu)});
    stays.start();
    ends.start();
    const Snapshot here = bench.await([&](const Snapshot& s) {
        return executing(s, stays.in(s)).size() == 1 && executing(s, ends.in(s)).size() == kItems;
    });
    const auto worker_here = executing(here, stays.in(here));
    const int32_t pool = worker_here.empty() ? -1 : worker_here.front().pool;

    Snapshot away;
    RunReport ended;
    {
        const KeptValue offline = bench.change(online_file(cpu), "0");
        away = bench.look();
        ended = ends.stop();
    }
    const auto worker_away = executing(away, stays.in(away));
    const auto is_back = [&](const Snapshot& s) {
        const auto workers = executing(s, stays.in(s));
        return !disassociated(s, pool) && same(workers, worker_here) && s.cpus(workers.front().cpus) == CpuList{cpu} &&
               !(workers.front().flags & WQLAB_WORKER_UNBOUND);
    };
    const Snapshot back = bench.await(is_back);
    if (back.head.time_ns - here.head.time_ns > kTooLateNs)
        return false;

    e.done.push_back(fmt::format(
        "Queued {} items that sleep on CPU {}, took the CPU offline, ended {} of them, and brought it back.",
        kItems + 1, cpu, kItems));
    const WorkqueueReport& report = ended.workqueues.front();
    e.see(fmt::format("CPU {}'s pool {} is disassociated", cpu, pool), disassociated(here, pool) ? "yes" : "no",
          disassociated(away, pool) ? "yes" : "no");
    e.see("CPUs where the worker of an item may run", where(here, worker_here), where(away, worker_away));
    e.see("the same, with the CPU back", where(back, executing(back, stays.in(back))));
    e.see("items that ended on another CPU than they began on", report.migrated);

    const wqlab_snap_pool* found = here.pool(pool);
    e.state(found && found->cpu == static_cast<int32_t>(cpu) && !disassociated(here, pool) &&
                here.cpus(worker_here.front().cpus) == CpuList{cpu},
            "With the CPU online its workers may run there only.");
    const CpuList online = away.cpus(away.head.online_cpus);
    e.state(disassociated(away, pool) && common(online, {cpu}).empty(),
            "With the CPU offline its pool is still there, and disassociated.");
    e.state(same(worker_here, worker_away), "The item is still with the same worker of the same pool.");
    e.state(!worker_away.empty() && worker_away.front().flags & WQLAB_WORKER_UNBOUND &&
                !common(away.cpus(worker_away.front().cpus), online).empty(),
            "Its worker is marked UNBOUND and may run on other CPUs.");
    e.state(report.executed == report.queued && report.migrated == kItems,
            "Items go on and end there: on CPUs that are online.");
    e.state(is_back(back), "With the CPU back the pool is its own again, and the workers may run there only.");
    stays.stop();
    return true;
}

}  // namespace

void explain_hotplug(Bench& bench, Explanation& e)
{
    e.answer =
        "They go on, elsewhere. The CPU's pools are marked DISASSOCIATED and their workers UNBOUND: these may run on "
        "any other CPU, "
        "and the pool no longer counts who runs, as if it were an unbound one. What is pending is executed by the same "
        "workers. When "
        "the CPU comes back its workers are bound to it again. So an item of a per-CPU workqueue may find itself on "
        "another CPU; "
        "code that can't bear this has to flush it before the CPU goes.";
    e.because = {
        {"unbind_workers", "WORKER_UNBOUND, POOL_DISASSOCIATED, nr_running = 0, kick_pool()"},
        {"rebind_workers", "affinity to the CPU again, UNBOUND becomes REBOUND until the next item"},
        {"workqueue_offline_cpu", "calls it, and gives unbound workqueues other pools for the CPU's pod"},
    };
    const Snapshot machine = bench.look();
    const CpuList online = machine.cpus(machine.head.online_cpus);
    const uint32_t cpu = victim(online);
    for (int attempt = 0; attempt < kAttempts; attempt++)
        if (try_it(bench, e, online.front(), cpu))
            return;
    throw Skip{"taking a CPU offline and back takes too long here"};
}

}  // namespace wqctl
