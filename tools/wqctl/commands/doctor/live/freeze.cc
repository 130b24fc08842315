// SPDX-License-Identifier: GPL-2.0
// Freezable workqueues: held back by a freeze, and what keeps the machine from one.
#include <algorithm>

#include <fmt/core.h>

#include "commands/doctor/live/rules.hh"
#include "commands/doctor/live/words.hh"
#include "text/names.hh"

namespace wqctl::live {

namespace {

bool is_freezing(const Case& at) { return at.now().head.flags & at.before().head.flags & WQLAB_STATE_FREEZING; }

}  // namespace

void find_frozen(const Case& at, Findings& findings)
{
    if (!is_freezing(at))
        return;
    std::vector<const wqlab_snap_work*> held;
    std::vector<std::string> names;
    Finding found;
    for (const wqlab_snap_workqueue& workqueue : at.now().workqueues) {
        const uint32_t index = at.now().index_of(workqueue);
        std::vector<const wqlab_snap_work*> its;
        for (const wqlab_snap_work& work : at.now().works)
            if (work.state == WQLAB_WORK_INACTIVE && work.workqueue == index && at.was_there(work))
                its.push_back(&work);
        if (!(workqueue.flags & WQLAB_SNAP_WQ_FROZEN) || its.empty())
            continue;
        names.push_back(at.label(index));
        found.explains.push_back(workqueue_key(at, index));
        found.evidence.push_back({{}, fmt::format("{} is frozen: {} held back", at.label(index), describe(at, its))});
        held.insert(held.end(), its.begin(), its.end());
    }
    if (names.empty())
        return;
    Finding& finding = findings.add("frozen");
    finding.certainty = Certainty::kCertain;
    finding.weight = 650;
    finding.sentence = fmt::format("Workqueues are frozen, and of {} {} item{} wait{} for the thaw", enumerate(names),
                                   count_items(held), plural(count_items(held)), count_items(held) == 1 ? "s" : "");
    finding.victims.push_back(describe(at, held));
    for (std::string& waiter : waiters(at, held, {}))
        finding.victims.push_back(std::move(waiter));
    finding.evidence = std::move(found.evidence);
    finding.explains.insert(finding.explains.end(), found.explains.begin(), found.explains.end());
    finding.next =
        "In a suspend this is as it should be. Otherwise see who froze the machine and did not thaw it: a suspend that "
        "hangs, or a filesystem or a task that waits for a frozen item before it lets the suspend go on";
}

// Only in a freeze: that a suspend would fail is no trouble of a machine that never suspends.
void find_unfreezable(const Case& at, Findings& findings)
{
    if (!is_freezing(at))
        return;
    // Since when it freezes one look does not say.
    const uint64_t least = at.is_one_look() ? kOld : kSecond;
    for (const Busy& worker : at.busy()) {
        const wqlab_snap_workqueue* workqueue = at.now().workqueue(worker.row->workqueue);
        if (!workqueue || !(workqueue->flags & WQLAB_WQ_FREEZABLE) || !worker.stays || worker.age_ns < least ||
            findings.is_explained(task_key(worker.row->pid)))
            continue;
        Finding& finding = findings.add(task_key(worker.row->pid));
        finding.certainty = at.is_one_look() ? Certainty::kLikely : Certainty::kCertain;
        finding.weight = 800;
        finding.sentence = fmt::format("The machine can't freeze: {} of {}, a freezable workqueue, does not end",
                                       function_of(at, worker), workqueue_of(at, worker));
        finding.suspects.push_back(suspect_of(at, worker));
        finding.evidence.push_back(seen(at, worker));
        finding.next =
            "See what it waits for: often a device that sleeps already. It has to end, or its workqueue must not be "
            "WQ_FREEZABLE";
    }
}

}  // namespace wqctl::live
