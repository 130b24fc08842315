// SPDX-License-Identifier: GPL-2.0
// Why a pool that has items to begin begins none.
#include <algorithm>

#include <fmt/core.h>

#include "commands/doctor/live/rules.hh"
#include "commands/doctor/live/words.hh"

namespace wqctl::live {

namespace {

void tell_of(const Case& at, const PoolCase& pool, Finding& finding)
{
    if (std::string victims = describe(at, pool.pending); !victims.empty())
        finding.victims.push_back(std::move(victims));
    finding.evidence.push_back(seen(at, pool));
    constexpr size_t kMost = 4;
    for (size_t i = 0; i < std::min(kMost, pool.busy.size()); i++)
        finding.evidence.push_back(seen(at, *pool.busy[i]));
}

}  // namespace

// A pool wakes a worker for the next item when the last one of those that it counts goes to sleep.
void find_counted_sleepers(const Case& at, Findings& findings)
{
    for (const PoolCase& pool : at.pools()) {
        const wqlab_snap_pool& row = *pool.row;
        if (!pool.stands || row.cpu < 0 || row.nr_running <= 0 ||
            row.flags & (WQLAB_POOL_BH | WQLAB_POOL_DISASSOCIATED))
            continue;
        constexpr uint32_t kNotCounted = WQLAB_WORKER_CPU_INTENSIVE | WQLAB_WORKER_UNBOUND | WQLAB_WORKER_REBOUND |
                                         WQLAB_WORKER_PREP;
        std::vector<const Busy*> counted;
        for (const Busy* worker : pool.busy)
            if (!(worker->row->flags & kNotCounted))
                counted.push_back(worker);
        if (counted.empty() ||
            !std::ranges::all_of(counted, [](const Busy* worker) { return worker->stays && worker->sleeps(); }))
            continue;
        Finding& finding = findings.add(key_of(pool));
        finding.certainty = Certainty::kCertain;
        finding.weight = 900 + by_age(pool.stood_ns);
        const uint64_t behind = count_items(pool.pending);
        finding.sentence = fmt::format(
            "{} has not moved for {}: {}, but the pool counts {} as running, so nobody is woken for the {} behind",
            name_of(at, row), lasting(pool.stood_ns),
            counted.size() == 1 ? function_of(at, *counted[0]) + " sleeps" : "all its items sleep",
            counted.size() == 1 ? "it" : fmt::format("{} of them", row.nr_running),
            behind == 1 ? "one" : std::to_string(behind));
        for (const Busy* worker : counted)
            finding.suspects.push_back(suspect_of(at, *worker));
        tell_of(at, pool, finding);
        finding.next = fmt::format(
            "cat /proc/{}/stack says where it sleeps: a sleep that does not pass wq_worker_sleeping() (by "
            "preemption, or without PF_WQ_WORKER) is a bug of that function or of the kernel; an item queued on "
            "this CPU does not help, only the end of the sleep",
            counted[0]->row->pid);
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
