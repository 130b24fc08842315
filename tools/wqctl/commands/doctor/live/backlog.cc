// SPDX-License-Identifier: GPL-2.0
// Nothing is stuck, and items wait long all the same: more come than go.
#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "commands/doctor/live/limits.hh"
#include "commands/doctor/live/rules.hh"
#include "commands/doctor/live/words.hh"

namespace wqctl::live {

namespace {

// How long an item that is queued on a pool now waits for all that are there, by what was begun between the looks.
std::optional<uint64_t> wait_on(const Case& at, const PoolCase& pool)
{
    uint64_t done = 0;
    for (const wqlab_snap_pwq& pwq : at.now().pwqs) {
        const wqlab_snap_pwq* before = at.pwq_before(static_cast<uint32_t>(&pwq - at.now().pwqs.data()));
        constexpr auto kStarted = WQLAB_PWQ_STAT_STARTED;
        if (pwq.pool == pool.row->id && before && pwq.stats[kStarted] != WQLAB_NEVER)
            done += pwq.stats[kStarted] - before->stats[kStarted];
    }
    if (!done)
        return {};
    return count_items(pool.pending) * at.interval_ns() / done;
}

}  // namespace

void find_backlogs(const Case& at, Findings& findings)
{
    for (const Group& group : groups(at)) {
        const std::optional<uint64_t> done = begun(at, group);
        const uint64_t held = count_items(group.held);
        if (!done || !*done || !held || findings.is_explained(workqueue_key(at, group.key.workqueue)))
            continue;
        // An item that is queued now waits for all before it.
        const double wait = static_cast<double>(held) / static_cast<double>(*done) *
                            static_cast<double>(at.interval_ns());
        const wqlab_snap_workqueue* then = at.workqueue_before(group.key.workqueue);
        const uint32_t index = then ? at.before().index_of(*then) : WQLAB_NONE;
        const bool was_so = std::ranges::any_of(at.before().works, [&](const wqlab_snap_work& work) {
            return work.state == WQLAB_WORK_INACTIVE && work.workqueue == index;
        });
        if (!was_so || wait < static_cast<double>(kOld))
            continue;
        const wqlab_snap_workqueue& workqueue = *at.now().workqueue(group.key.workqueue);
        const std::string scale = scale_text(at, group);
        Finding& finding = findings.add(workqueue_key(at, group.key.workqueue));
        finding.certainty = Certainty::kLikely;
        finding.weight = 80;
        finding.sentence = fmt::format(
            "Workqueue {} gets more than it does: {} item{} held back, {} begun in {}, so one that is queued now "
            "waits for {}{}",
            at.label(group.key.workqueue), held, held == 1 ? " is" : "s are", *done, lasting(at.interval_ns()),
            lasting(static_cast<uint64_t>(wait)), scale.empty() ? "" : "; " + scale);
        finding.suspects.push_back({at.now().string(group.held[0]->function),
                                    at.label(group.key.workqueue),
                                    {},
                                    fmt::format("held back by max_active {}", group.limit)});
        finding.victims.push_back(describe(at, group.held));
        finding.evidence.push_back({{}, limit_text(at, group)});
        finding.next = workqueue.flags & WQLAB_WQ_ORDERED
                           ? "An ordered workqueue does one at a time: shorter items, or another workqueue for some"
                           : fmt::format(
                                 "wqctl latency '{}' says how long they wait and work; a larger max_active "
                                 "helps if they sleep",
                                 at.now().string(workqueue.name));
    }
}

void find_crowded(const Case& at, Findings& findings)
{
    constexpr size_t kMany = 16;
    for (const PoolCase& pool : at.pools()) {
        if (count_items(pool.pending) < kMany || findings.is_explained(key_of(pool)))
            continue;
        std::map<std::pair<uint32_t, std::string>, size_t> users;  // by workqueue and function
        for (const wqlab_snap_work* work : pool.pending)
            if (!work->is_barrier)
                users[{work->workqueue, at.now().string(work->function)}]++;
        const auto most = std::ranges::max_element(users,
                                                   [](const auto& a, const auto& b) { return a.second < b.second; });
        const auto& [index, function] = most->first;
        const wqlab_snap_workqueue* workqueue = at.now().workqueue(index);
        if (!workqueue || workqueue->symbol == WQLAB_NONE || most->second * 5 < count_items(pool.pending) * 4)
            continue;
        std::vector<const wqlab_snap_work*> others;
        for (const wqlab_snap_work* work : pool.pending)
            if (!work->is_barrier && (work->workqueue != index || at.now().string(work->function) != function) &&
                at.was_there(*work))
                others.push_back(work);
        const std::optional<uint64_t> wait = wait_on(at, pool);
        if (others.empty() || !wait || *wait < kOld)
            continue;
        Finding& finding = findings.add("crowded " + key_of(pool));
        finding.certainty = Certainty::kLikely;
        finding.weight = 90;
        finding.sentence = fmt::format(
            "{} crowds {}: {} of the {} items that wait on {} are its, and what comes "
            "now waits for {}",
            function, at.label(index), most->second, count_items(pool.pending), lower(name_of(at, *pool.row)),
            lasting(*wait));
        finding.suspects.push_back({function, at.label(index), {}, fmt::format("{} items", most->second)});
        finding.victims.push_back(describe(at, others));
        finding.evidence.push_back(seen(at, pool));
        finding.next = fmt::format("A workqueue of its own, with a max_active that it deserves, for {}", function);
    }
}

}  // namespace wqctl::live
