// SPDX-License-Identifier: GPL-2.0
// Why a pool that has items to begin begins none.
#include <algorithm>

#include <fmt/core.h>

#include "commands/doctor/live/rules.hh"
#include "commands/doctor/live/words.hh"

namespace wqctl::live {

namespace {

// By its pool, in nr_running.
bool is_counted(const Busy& worker)
{
    constexpr uint32_t kLeftOut = WQLAB_WORKER_CPU_INTENSIVE | WQLAB_WORKER_UNBOUND | WQLAB_WORKER_REBOUND |
                                  WQLAB_WORKER_PREP | WQLAB_WORKER_KNOWN_ASLEEP;
    return !(worker.row->flags & kLeftOut);
}

// One that goes to sleep just now is counted for a moment, as a look without locks sees it.
bool sleeps_still(const Case& at, const Busy& worker)
{
    return worker.stays && worker.sleeps() && (at.is_one_look() || at.has_slept(worker.row->pid));
}

// For a spinlock, where PREEMPT_RT has those sleep: of that no pool is told.
bool waits_for_spinlock(const Busy& worker)
{
    constexpr uint32_t kRtLockWait = 0x1000;  // TASK_RTLOCK_WAIT
    return worker.task && worker.task->state & kRtLockWait;
}

}  // namespace

// A pool wakes a worker for the next item when the last one of those that it counts goes to sleep.
void find_counted_sleepers(const Case& at, Findings& findings)
{
    for (const PoolCase& pool : at.pools()) {
        const wqlab_snap_pool& row = *pool.row;
        if (!pool.stands || pool.stood_ns < kSecond || row.cpu < 0 || row.nr_running <= 0 ||
            row.flags & (WQLAB_POOL_BH | WQLAB_POOL_DISASSOCIATED))
            continue;
        std::vector<const Busy*> counted;
        for (const Busy* worker : pool.busy)
            if (is_counted(*worker))
                counted.push_back(worker);
        if (counted.empty() ||
            !std::ranges::all_of(counted, [&](const Busy* worker) { return sleeps_still(at, *worker); }))
            continue;
        Finding& finding = findings.add(key_of(pool));
        finding.certainty = Certainty::kCertain;
        finding.weight = 900 + by_age(pool.stood_ns);
        const uint64_t behind = count_items(pool.pending);
        const bool is_one = counted.size() == 1;
        finding.sentence = fmt::format(
            "{} has not moved for {}: {}, but the pool counts {} as running, so nobody is woken for {}",
            name_of(at, row), lasting(pool.stood_ns),
            is_one ? function_of(at, *counted[0]) + " sleeps" : fmt::format("{} of its items sleep", counted.size()),
            is_one ? "it" : "them",
            behind == 0   ? std::string("what is behind")
            : behind == 1 ? std::string("the one behind")
                          : fmt::format("the {} behind", behind));
        for (const Busy* worker : counted)
            finding.suspects.push_back(suspect_of(at, *worker));
        tell_of(at, pool, finding);
        const bool is_unhooked = counted[0]->row->flags & WQLAB_WORKER_UNHOOKED;
        if (is_unhooked)
            finding.evidence.push_back(
                {{},
                 fmt::format("pid {} lacks PF_WQ_WORKER, so the scheduler does not tell the pool that it sleeps",
                             counted[0]->row->pid)});
        finding.next = fmt::format("cat /proc/{}/stack says where it sleeps; {}. Only the end of that sleep helps",
                                   counted[0]->row->pid,
                                   is_unhooked ? "find what cleared the flag"
                                   : waits_for_spinlock(*counted[0])
                                       ? "PREEMPT_RT tells no pool of a wait for a spinlock: find who holds it"
                                       : "it is a fault of the kernel, or of what that function did to its task");
    }
}

// What no other rule could explain.
void find_hung_pools(const Case& at, Findings& findings)
{
    for (const PoolCase& pool : at.pools()) {
        if (!pool.stands || pool.stood_ns < kOld || findings.is_explained(key_of(pool)))
            continue;
        Finding& finding = findings.add(key_of(pool));
        finding.certainty = Certainty::kUnexplained;
        finding.weight = 700 + by_age(pool.stood_ns);
        const uint64_t behind = count_items(pool.pending);
        finding.sentence = fmt::format("{} has not moved for {}, {} item{} wait{} there, and no rule says why",
                                       name_of(at, *pool.row), lasting(pool.stood_ns), behind, plural(behind),
                                       behind == 1 ? "s" : "");
        tell_of(at, pool, finding);
        finding.next = "wqctl dump pools work shows all there is of it";
    }
}

}  // namespace wqctl::live
