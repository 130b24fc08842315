// SPDX-License-Identifier: GPL-2.0
// Pools that want a worker and have none that comes.
#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "commands/doctor/live/rules.hh"
#include "commands/doctor/live/tasks.hh"
#include "commands/doctor/live/words.hh"
#include "text/names.hh"

namespace wqctl::live {

namespace {

constexpr int32_t kKthreadd = 2;  // its pid, on every machine

// Who would come in the need: the rescuers of the workqueues whose items wait.
void tell_of_rescuers(const Case& at, const PoolCase& pool, Finding& finding)
{
    std::vector<std::string> without;
    std::set<uint32_t> seen_of;
    for (const wqlab_snap_work* work : pool.pending) {
        const wqlab_snap_workqueue* workqueue = at.now().workqueue(work->workqueue);
        if (!workqueue || work->is_barrier || !seen_of.insert(work->workqueue).second)
            continue;
        const std::string& name = at.label(work->workqueue);
        if (!workqueue->rescuer_pid) {
            without.push_back(name);
            continue;
        }
        const Busy* at_work = at.worker(workqueue->rescuer_pid);
        finding.evidence.push_back(
            {{},
             at_work ? fmt::format("the rescuer of {} (pid {}) executes {} of {}: {}", name, workqueue->rescuer_pid,
                                   function_of(at, *at_work), lower(pool_name(at, workqueue->rescuer_pool)),
                                   doing(at, *at_work))
                     : fmt::format("the rescuer of {} (pid {}) is {}", name, workqueue->rescuer_pid,
                                   workqueue->nr_maydays ? "called, and has not come" : "not called")});
    }
    if (!without.empty())
        finding.evidence.push_back(
            {{},
             fmt::format("no rescuer: {} lack{} WQ_MEM_RECLAIM", enumerate(without), without.size() == 1 ? "s" : "")});
}

// A rescuer takes all that its workqueue has on the pool at once: what waits behind the item that it is at.
struct Rescue {
    const Busy* rescuer = nullptr;
    std::vector<const wqlab_snap_work*> behind;
};

Rescue rescue_on(const Case& at, const PoolCase& pool)
{
    Rescue rescue;
    for (const Busy* worker : pool.busy)
        if (worker->row->flags & WQLAB_WORKER_RESCUER && worker->is_old())
            rescue.rescuer = worker;
    if (rescue.rescuer)
        for (const wqlab_snap_work& work : at.now().works)
            if (work.state == WQLAB_WORK_SCHEDULED && work.worker == rescue.rescuer->row->pid && !work.is_barrier &&
                at.was_there(work))
                rescue.behind.push_back(&work);
    return rescue;
}

void tell_of_kthreadd(const Case& at, Finding& finding)
{
    const wqlab_snap_task* kthreadd = at.task(kKthreadd);
    if (!kthreadd)
        return;
    finding.evidence.push_back({{}, "kthreadd (pid 2), which makes threads, is " + state_text(*kthreadd)});
    // Without work it sleeps interruptibly.
    constexpr uint32_t kInterruptible = 1;
    if (!(kthreadd->flags & WQLAB_TASK_SLEEPING) || !(kthreadd->state & kInterruptible))
        finding.suspects.push_back({"", "", kKthreadd, "makes no threads: " + state_text(*kthreadd), "kthreadd"});
}

// Of the pool's idle workers, asleep all the while.
const wqlab_snap_worker* sleeping_idle(const Case& at, const PoolCase& pool)
{
    const wqlab_snap_worker* found = nullptr;
    for (const wqlab_snap_worker& worker : at.now().workers) {
        if (worker.pool != pool.row->id || worker.work || !(worker.flags & WQLAB_WORKER_IDLE))
            continue;
        if (!at.has_slept(worker.pid))
            return nullptr;
        found = &worker;
    }
    return found;
}

}  // namespace

bool gets_no_worker(const PoolCase& pool)
{
    if (!pool.before)
        return false;
    const wqlab_snap_pool &row = *pool.row, &before = *pool.before;
    const bool is_managed = (row.manager && row.manager == before.manager) ||
                            row.flags & before.flags & WQLAB_POOL_MANAGER_ACTIVE;
    return is_managed && !row.nr_idle && !before.nr_idle && !(row.flags & WQLAB_POOL_BH);
}

void find_no_workers(const Case& at, Findings& findings)
{
    for (const PoolCase& pool : at.pools()) {
        const wqlab_snap_pool& row = *pool.row;
        if (!pool.before || row.flags & WQLAB_POOL_BH || findings.is_explained(key_of(pool)))
            continue;
        const Rescue rescue = rescue_on(at, pool);
        const bool is_stuck = pool.stands && pool.stood_ns >= kOld;
        const bool lacks_one = gets_no_worker(pool);
        if ((!is_stuck || !lacks_one) && rescue.behind.empty())
            continue;
        Finding& finding = findings.add(key_of(pool));
        finding.certainty = Certainty::kCertain;
        finding.weight = 870 + by_age(pool.stood_ns);
        if (is_stuck)
            finding.sentence = fmt::format("{} has not moved for {}", name_of(at, row), lasting(pool.stood_ns));
        else
            finding.sentence = fmt::format("{} had no worker, and a rescuer took its items", name_of(at, row));
        if (lacks_one)
            finding.sentence += fmt::format("{}: it has no idle worker, and its manager{} gets no new one",
                                            is_stuck ? "" : " in the need",
                                            row.manager ? fmt::format(" (pid {})", row.manager) : "");
        if (!rescue.behind.empty()) {
            finding.sentence += fmt::format("; the rescuer is at {} for {}, with {} behind it",
                                            function_of(at, *rescue.rescuer), lasting(rescue.rescuer->age_ns),
                                            rescue.behind.size());
            finding.victims.push_back(describe(at, rescue.behind));
        }
        if (lacks_one && row.manager) {
            const wqlab_snap_task* manager = at.task(row.manager);
            finding.suspects.push_back({"", "", row.manager,
                                        manager ? "the manager, " + state_text(*manager) : "the manager",
                                        manager ? at.now().string(manager->command) : ""});
        }
        tell_of_kthreadd(at, finding);
        if (rescue.rescuer)
            finding.suspects.push_back(suspect_of(at, *rescue.rescuer));
        tell_of(at, pool, finding);
        if (row.mayday_timer_ns != WQLAB_NEVER)
            finding.evidence.push_back({{}, "it calls for rescuers in " + lasting(row.mayday_timer_ns)});
        tell_of_rescuers(at, pool, finding);
        finding.next =
            "Making a kthread waits for memory or for kthreadd: cat /proc/2/stack, and look for memory. WQ_MEM_RECLAIM "
            "gives a workqueue a rescuer for this, and what its items do must need no memory and end";
    }
}

// Whoever queues on a pool that runs nothing wakes a worker; if all of them sleep, nobody has.
void find_untold_pools(const Case& at, Findings& findings)
{
    for (const PoolCase& pool : at.pools()) {
        const wqlab_snap_pool& row = *pool.row;
        if (!pool.stands || pool.stood_ns < kSecond || row.nr_running || !row.nr_idle || row.manager ||
            row.flags & (WQLAB_POOL_BH | WQLAB_POOL_MANAGER_ACTIVE) || findings.is_explained(key_of(pool)) ||
            (at.interval_ns() < kSecond / 2 && pool.stood_ns < kOld))
            continue;
        const wqlab_snap_worker* idle = sleeping_idle(at, pool);
        const bool busy_sleep = std::ranges::all_of(
            pool.busy, [&](const Busy* worker) { return worker->sleeps() && at.has_slept(worker->row->pid); });
        if (!idle || !busy_sleep)
            continue;
        const uint64_t behind = count_items(pool.pending);
        Finding& finding = findings.add(key_of(pool));
        finding.certainty = Certainty::kCertain;
        finding.weight = 860 + by_age(pool.stood_ns);
        finding.sentence = fmt::format(
            "{} has not moved for {}: {} wait{} there, {} worker{} {} idle, and nobody has woken one", name_of(at, row),
            lasting(pool.stood_ns), behind ? fmt::format("{} item{}", behind, plural(behind)) : std::string("a flush"),
            behind > 1 ? "" : "s", row.nr_idle, plural(static_cast<uint64_t>(row.nr_idle)),
            row.nr_idle == 1 ? "is" : "are");
        finding.suspects.push_back({"", "", idle->pid, "idle and asleep, not woken", at.now().string(idle->command)});
        tell_of(at, pool, finding);
        finding.next =
            "The next item that is queued on this pool wakes it. It is a fault of the kernel: a cancelled item that "
            "max_active held back can leave its flush so";
    }
}

void find_absent_cpus(const Case& at, Findings& findings)
{
    for (const PoolCase& pool : at.pools()) {
        const wqlab_snap_pool& row = *pool.row;
        const CpuList online = at.now().cpus(at.now().head.online_cpus);
        if (row.cpu < 0 || !pool.stands || pool.stood_ns < kSecond || findings.is_explained(key_of(pool)) ||
            online.empty() || std::ranges::find(online, static_cast<uint32_t>(row.cpu)) != online.end())
            continue;
        // Those of a CPU that was there go on, on other CPUs.
        const bool has_none = row.nr_workers == 0 || row.flags & WQLAB_POOL_BH;
        if (!has_none && pool.stood_ns < kOld)
            continue;
        Finding& finding = findings.add(key_of(pool));
        finding.certainty = has_none ? Certainty::kCertain : Certainty::kLikely;
        finding.weight = 850;
        finding.sentence = fmt::format(
            "{} has not moved for {}: its CPU is offline, and {}", name_of(at, row), lasting(pool.stood_ns),
            has_none ? "nobody executes its items before it is back" : "none of its workers takes the items");
        tell_of(at, pool, finding);
        finding.next = fmt::format(
            "queue_work_on() must not name a CPU that is not online (cpus_read_lock() keeps it there); echo 1 > "
            "/sys/devices/system/cpu/cpu{}/online lets them run",
            row.cpu);
    }
}

}  // namespace wqctl::live
