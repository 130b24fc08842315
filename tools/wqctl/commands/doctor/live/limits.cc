// SPDX-License-Identifier: GPL-2.0
// What max_active holds back, behind what does not end.
#include <algorithm>
#include <iterator>

#include <fmt/core.h>

#include "commands/doctor/live/likely_circle.hh"
#include "commands/doctor/live/limits.hh"
#include "commands/doctor/live/rules.hh"
#include "commands/doctor/live/words.hh"
#include "text/names.hh"

namespace wqctl::live {

namespace {

// Items of the workqueue that other pwqs of it have.
int64_t nr_elsewhere(const Snapshot& snapshot, const wqlab_snap_pwq& pwq)
{
    int64_t count = 0;
    if (const wqlab_snap_workqueue* workqueue = snapshot.workqueue(pwq.workqueue))
        for (const wqlab_snap_pwq& other : snapshot.pwqs_of(*workqueue))
            if (&other != &pwq)
                count += other.nr_active + other.nr_inactive;
    return count;
}

// Where there may be others: " on pool 6 (CPU 1, nice 0)", " on node 1"
std::string place_of(const Case& at, const Group& group, const std::vector<Group>& all)
{
    if (group.key.pool >= 0)
        return " on " + lower(pool_name(at, group.key.pool));
    const auto nodes = std::ranges::count_if(
        all, [&](const Group& other) { return other.key.workqueue == group.key.workqueue; });
    return nodes > 1 && group.key.node >= 0 ? fmt::format(" on node {}", group.key.node) : "";
}

// Of the same workqueue, counted on pools of their own, and full of the same.
bool is_like(const Case& at, const Group& one, const Group& other)
{
    return one.key.workqueue == other.key.workqueue && one.key.pool >= 0 && other.key.pool >= 0 &&
           function_of(at, *one.active[0]) == function_of(at, *other.active[0]);
}

// Of many CPUs on which the same is to blame one finding is enough.
void tell_of_others(const Case& at, const Group& told, const std::vector<Group>& all, const Findings& findings,
                    Finding& finding)
{
    Group others{told.key, told.limit, 0, {}, {}, true};
    std::vector<std::string> pools;
    for (const Group& one : all) {
        if (is_told(at, one, findings) || !is_like(at, one, told))
            continue;
        pools.push_back(std::to_string(one.key.pool));
        others.active.insert(others.active.end(), one.active.begin(), one.active.end());
        others.held.insert(others.held.end(), one.held.begin(), one.held.end());
        finding.explains.push_back(key_of(at, one));
    }
    if (pools.empty())
        return;
    finding.sentence += fmt::format("; so it is on pool{} {}", plural(pools.size()), enumerate(pools));
    tell_who(at, others, finding);
}

bool is_ordered(const wqlab_snap_workqueue& workqueue) { return workqueue.flags & WQLAB_WQ_ORDERED; }

}  // namespace

void find_held_back(const Case& at, Findings& findings)
{
    std::vector<Group> stuck = groups(at);
    std::erase_if(stuck, [&](const Group& group) {
        return is_ordered(*at.now().workqueue(group.key.workqueue)) || !is_stuck(group);
    });
    for (const Group& group : stuck) {
        if (is_told(at, group, findings))
            continue;
        const uint64_t count = count_items(group.held);
        Finding& finding = findings.add(key_of(at, group));
        finding.certainty = Certainty::kCertain;
        finding.weight = 500 + by_age(group.active[0]->age_ns);
        finding.sentence = fmt::format(
            "Workqueue {}{} is full: {} item{} held back behind {} that {} not end (max_active {})",
            at.label(group.key.workqueue), place_of(at, group, stuck), count, count == 1 ? " is" : "s are",
            group.active.size() == 1 ? "one" : std::to_string(group.active.size()),
            group.active.size() == 1 ? "does" : "do", group.limit);
        tell_of(at, group, finding);
        if (std::string scale = scale_text(at, group); !scale.empty())
            finding.evidence.push_back({{}, std::move(scale)});
        finding.next = fmt::format(
            "cat /proc/{}/stack says what the first one waits for; only if those behind do not depend on them a larger "
            "max_active helps",
            group.active[0]->row->pid);
        if (std::optional<LikelyCircle> circle = likely_circle(at, group)) {
            finding.sentence += "; " + circle->text;
            std::ranges::move(circle->victims, std::back_inserter(finding.victims));
            finding.next = std::move(circle->next);
        }
        tell_of_others(at, group, stuck, findings, finding);
    }
}

void find_ordered_heads(const Case& at, Findings& findings)
{
    for (const Group& group : groups(at)) {
        const wqlab_snap_workqueue& workqueue = *at.now().workqueue(group.key.workqueue);
        if (!is_ordered(workqueue) || !is_stuck(group) || is_told(at, group, findings))
            continue;
        const Busy& head = *group.active[0];
        const uint64_t count = count_items(group.held);
        Finding& finding = findings.add(key_of(at, group));
        finding.certainty = Certainty::kCertain;
        finding.weight = 500 + by_age(head.age_ns);
        finding.sentence = fmt::format(
            "Ordered workqueue {} has not moved on for {}: {} does not end, and {} item{} behind it wait{} for their "
            "turn",
            at.label(group.key.workqueue), lasting(head.age_ns), function_of(at, head), count, plural(count),
            count == 1 ? "s" : "");
        tell_of(at, group, finding);
        finding.next = fmt::format(
            "cat /proc/{}/stack says what it waits for; if those behind need not wait for it, it belongs on another "
            "workqueue",
            head.row->pid);
    }
}

// An item that is held back although nothing is active: the kernel lets the next one in whenever one ends.
void find_held_by_nothing(const Case& at, Findings& findings)
{
    for (const Group& group : groups(at)) {
        const wqlab_snap_workqueue& workqueue = *at.now().workqueue(group.key.workqueue);
        // Pools are looked at one after the other, so that nothing is active may be no more than a chance.
        // In one look the counts of many pools may be of different moments.
        if (at.is_one_look() && group.key.pool < 0)
            continue;
        if (!group.stays || group.nr_active || group.limit <= 0 || begun(at, group).value_or(1) ||
            workqueue.flags & WQLAB_SNAP_WQ_FROZEN || is_told(at, group, findings))
            continue;
        const uint64_t count = count_items(group.held);
        Finding& finding = findings.add(key_of(at, group));
        finding.certainty = Certainty::kUnexplained;
        finding.weight = 550;
        finding.sentence = fmt::format("Workqueue {} holds back {} item{} and executes none, and no rule says why",
                                       at.label(group.key.workqueue), count, plural(count));
        tell_of(at, group, finding);
        finding.next =
            "A new max_active lets them in (WQ_SYSFS has a file for it), and before 6.9 the next item that is queued "
            "there; wqctl dump nodes pwqs work shows all there is of it";
    }
}

void find_plugged(const Case& at, Findings& findings)
{
    const Snapshot& now = at.now();
    for (const wqlab_snap_pwq& pwq : now.pwqs) {
        const auto index = static_cast<uint32_t>(&pwq - now.pwqs.data());
        const wqlab_snap_pwq* before = at.pwq_before(index);
        if (!(pwq.flags & WQLAB_PWQ_PLUGGED) || !before || !(before->flags & WQLAB_PWQ_PLUGGED) || !pwq.nr_inactive ||
            !before->nr_inactive || findings.is_explained(workqueue_key(at, pwq.workqueue)))
            continue;
        // The pwq that has the items of before the change is unplugged first; when that is empty and gone, so is this
        // one.
        std::vector<const Busy*> older;
        const int64_t active = nr_elsewhere(now, pwq) + nr_elsewhere(at.before(), *before);
        for (const Busy& worker : at.busy())
            if (const wqlab_snap_pwq* its = now.pwq(worker.row->pwq); its && its->workqueue == pwq.workqueue)
                older.push_back(&worker);
        if (active && !std::ranges::any_of(older, &Busy::is_old))
            continue;
        Finding& finding = findings.add(workqueue_key(at, pwq.workqueue));
        finding.weight = 560;
        finding.certainty = active ? Certainty::kCertain : Certainty::kUnexplained;
        std::vector<const wqlab_snap_work*> held;
        for (const wqlab_snap_work& work : now.works)
            if (work.pwq == index && work.state == WQLAB_WORK_INACTIVE)
                held.push_back(&work);
        finding.sentence = fmt::format("Workqueue {} was moved to {} and is plugged there: {}", at.label(pwq.workqueue),
                                       lower(pool_name(at, pwq.pool)),
                                       active ? "items of before the change have not ended"
                                              : "nothing of before the change is left, and nobody unplugs it");
        for (const Busy* worker : older) {
            finding.suspects.push_back(suspect_of(at, *worker));
            finding.evidence.push_back(seen(at, *worker));
        }
        if (std::string victims = describe(at, held); !victims.empty())
            finding.victims.push_back(std::move(victims));
        finding.evidence.push_back(
            {{}, fmt::format("a pwq on pool {} is plugged, with {} held back", pwq.pool, pwq.nr_inactive)});
        finding.next = active ? "See what that item waits for: an ordered workqueue keeps its order also when its "
                                "attributes change"
                              : "This is a bug of the kernel; wqctl dump pwqs work shows all there is of it";
    }
}

}  // namespace wqctl::live
