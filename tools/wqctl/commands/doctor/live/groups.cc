// SPDX-License-Identifier: GPL-2.0
#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "commands/doctor/live/limits.hh"
#include "commands/doctor/live/words.hh"

namespace wqctl::live {

namespace {

int32_t limit_of(const Snapshot& snapshot, const LimitKey& key)
{
    for (const wqlab_snap_node_active& one : snapshot.node_active)
        if (key.pool < 0 && one.workqueue == key.workqueue && one.node == key.node)
            return one.max;
    return snapshot.workqueue(key.workqueue)->max_active;
}

}  // namespace

LimitKey limit_key(const Snapshot& snapshot, const wqlab_snap_pwq& pwq)
{
    const wqlab_snap_workqueue* workqueue = snapshot.workqueue(pwq.workqueue);
    const wqlab_snap_pool* pool = snapshot.pool(pwq.pool);
    if (!workqueue || !pool || !(workqueue->flags & WQLAB_WQ_UNBOUND) || snapshot.node_active.empty())
        return {pwq.workqueue, pwq.pool, -1};
    return {pwq.workqueue, -1, pool->node};
}

bool is_stuck(const Group& group)
{
    return group.stays && !group.active.empty() && static_cast<int64_t>(group.active.size()) == group.nr_active &&
           std::ranges::all_of(group.active, [](const Busy* worker) { return worker->is_old(); });
}

std::vector<Group> groups(const Case& at)
{
    const Snapshot& now = at.now();
    std::map<LimitKey, Group> found;
    for (const wqlab_snap_work& work : now.works) {
        const wqlab_snap_pwq* pwq = now.pwq(work.pwq);
        const wqlab_snap_workqueue* workqueue = pwq ? now.workqueue(pwq->workqueue) : nullptr;
        if (work.state != WQLAB_WORK_INACTIVE || !workqueue || pwq->flags & WQLAB_PWQ_PLUGGED)
            continue;
        const auto key = limit_key(now, *pwq);
        const auto [at_key, is_new] = found.try_emplace(key, Group{key, 0, 0, {}, {}, false});
        Group& group = at_key->second;
        if (is_new)
            group.limit = limit_of(now, key);
        group.stays = group.stays || at.was_there(work);
        group.held.push_back(&work);
    }
    for (const wqlab_snap_pwq& pwq : now.pwqs)
        if (const auto group = found.find(limit_key(now, pwq)); group != found.end())
            group->second.nr_active += pwq.nr_active;
    for (const Busy& worker : at.busy())
        if (const wqlab_snap_pwq* pwq = now.pwq(worker.row->pwq))
            if (const auto group = found.find(limit_key(now, *pwq)); group != found.end())
                group->second.active.push_back(&worker);
    std::vector<Group> all;
    for (auto& [key, group] : found) {
        std::ranges::stable_sort(group.active, std::greater(), &Busy::age_ns);
        all.push_back(std::move(group));
    }
    return all;
}

std::optional<uint64_t> begun(const Case& at, const Group& group)
{
    uint64_t count = 0;
    for (const wqlab_snap_pwq& pwq : at.now().pwqs_of(*at.now().workqueue(group.key.workqueue))) {
        if (limit_key(at.now(), pwq) != group.key)
            continue;
        const wqlab_snap_pwq* before = at.pwq_before(static_cast<uint32_t>(&pwq - at.now().pwqs.data()));
        constexpr auto kStarted = WQLAB_PWQ_STAT_STARTED;
        if (!before || pwq.stats[kStarted] == WQLAB_NEVER || pwq.stats[kStarted] < before->stats[kStarted])
            return {};
        count += pwq.stats[kStarted] - before->stats[kStarted];
    }
    return count;
}

std::string limit_text(const Case& at, const Group& group)
{
    return fmt::format("{}{}: {} active of max_active {}, {} held back", at.label(group.key.workqueue),
                       group.key.pool < 0 ? "" : fmt::format(" on pool {}", group.key.pool), group.nr_active,
                       group.limit, count_items(group.held));
}

std::string scale_text(const Case& at, const Group& group)
{
    const Snapshot& now = at.now();
    const wqlab_snap_workqueue& workqueue = *now.workqueue(group.key.workqueue);
    if (group.key.pool >= 0 && !(workqueue.flags & WQLAB_WQ_UNBOUND)) {
        const auto idle = std::ranges::count_if(now.pwqs_of(workqueue),
                                                [](const wqlab_snap_pwq& pwq) { return pwq.nr_active == 0; });
        return idle ? fmt::format("max_active counts on each CPU here, and {} of {} CPUs have none of its items", idle,
                                  workqueue.nr_pwqs)
                    : "";
    }
    for (const wqlab_snap_node_active& full : now.node_active) {
        if (full.workqueue != group.key.workqueue || full.node < 0 || full.nr < full.max ||
            full.max >= workqueue.max_active)
            continue;
        return fmt::format("max_active {} is shared out over the nodes, and node {} has {} of it, all in use",
                           workqueue.max_active, full.node, full.max);
    }
    return "";
}

std::string key_of(const Case& at, const Group& group)
{
    return group.key.pool < 0 ? fmt::format("{} node {}", workqueue_key(at, group.key.workqueue), group.key.node)
                              : fmt::format("{} pool {}", workqueue_key(at, group.key.workqueue), group.key.pool);
}

bool is_told(const Case& at, const Group& group, const Findings& findings)
{
    return findings.is_explained(key_of(at, group)) || findings.is_explained(workqueue_key(at, group.key.workqueue));
}

void tell_who(const Case& at, const Group& group, Finding& finding)
{
    constexpr size_t kMost = 3;
    for (size_t i = 0; i < std::min(kMost, group.active.size()); i++) {
        finding.suspects.push_back(suspect_of(at, *group.active[i]));
        finding.evidence.push_back(seen(at, *group.active[i]));
    }
    if (std::string victims = describe(at, group.held); !victims.empty())
        finding.victims.push_back(std::move(victims));
    for (std::string& waiter : waiters(at, group.held, group.active))
        finding.victims.push_back(std::move(waiter));
}

void tell_of(const Case& at, const Group& group, Finding& finding)
{
    tell_who(at, group, finding);
    finding.evidence.push_back({{}, limit_text(at, group)});
}

}  // namespace wqctl::live
