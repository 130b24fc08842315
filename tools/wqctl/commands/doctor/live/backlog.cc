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

// Of one function of one workqueue, on a pool: what waits there or wants its CPU.
struct User {
    std::string function;
    uint32_t workqueue;
    size_t items = 0;
    size_t stayed = 0;    // that were there in the first look
    bool is_old = false;  // one has been at it for long
};

// Who has most there, and how much there is.
std::pair<User, size_t> largest_user(const Case& at, const PoolCase& pool)
{
    std::map<std::pair<uint32_t, std::string>, User> users;
    size_t all = 0;
    const auto count = [&](uint32_t workqueue, uint32_t function, bool stayed, bool is_old) {
        const std::string name = at.now().string(function);
        User& user = users.try_emplace({workqueue, name}, User{name, workqueue}).first->second;
        user.items++;
        user.stayed += stayed;
        user.is_old |= is_old;
        all++;
    };
    for (const wqlab_snap_work* work : pool.pending)
        if (!work->is_barrier)
            count(work->workqueue, work->function, at.was_there(*work), false);
    for (const Busy* worker : pool.busy)
        if (!worker->sleeps())
            count(worker->row->workqueue, worker->row->function, worker->stays, worker->is_old());
    const auto most = std::ranges::max_element(users, {}, [](const auto& user) { return user.second.items; });
    return {most == users.end() ? User() : most->second, all};
}

// What was held back in the first look, by what it counts against now.
std::map<LimitKey, uint64_t> held_before(const Case& at)
{
    std::map<uint64_t, uint32_t> index;
    for (const wqlab_snap_workqueue& workqueue : at.now().workqueues)
        index.emplace(workqueue.identity, at.now().index_of(workqueue));
    std::map<LimitKey, uint64_t> held;
    for (const wqlab_snap_work& work : at.before().works) {
        const wqlab_snap_pwq* pwq = at.before().pwq(work.pwq);
        const wqlab_snap_workqueue* workqueue = pwq ? at.before().workqueue(pwq->workqueue) : nullptr;
        if (work.state != WQLAB_WORK_INACTIVE || work.is_barrier || !workqueue || !index.contains(workqueue->identity))
            continue;
        LimitKey key = limit_key(at.before(), *pwq);
        key.workqueue = index.at(workqueue->identity);
        held[key]++;
    }
    return held;
}

}  // namespace

void find_backlogs(const Case& at, Findings& findings)
{
    const std::map<LimitKey, uint64_t> before = held_before(at);
    for (const Group& group : groups(at)) {
        const std::optional<uint64_t> done = begun(at, group);
        const uint64_t held = count_items(group.held);
        if (!done || !*done || !held || is_told(at, group, findings))
            continue;
        // An item that is queued now waits for all before it, and one of the first look would have; what came at once
        // in between may be gone as soon.
        const auto wait_behind = [&](uint64_t items) {
            return static_cast<double>(items) / static_cast<double>(*done) * static_cast<double>(at.interval_ns());
        };
        const double wait = wait_behind(held);
        const auto then = before.find(group.key);
        if (then == before.end() || std::min(wait, wait_behind(then->second)) < static_cast<double>(kOld))
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
        if (pool.row->cpu < 0 || findings.is_explained(key_of(pool)))
            continue;
        const auto [user, all] = largest_user(at, pool);
        const wqlab_snap_workqueue* workqueue = at.now().workqueue(user.workqueue);
        if (user.items < kMany || user.items * 5 < all * 4 || !workqueue || workqueue->symbol == WQLAB_NONE)
            continue;
        const uint64_t done = at.ended(pool).value_or(0);
        // Of what came at once in between, nothing can be told by an item or two that have ended.
        constexpr uint64_t kRate = 3;
        if (user.stayed < kMany && done < kRate)
            continue;
        const uint64_t wait = done ? all * at.interval_ns() / done : 0;
        if (wait < kOld && !(user.is_old && !done))
            continue;
        std::vector<const wqlab_snap_work*> others;
        for (const wqlab_snap_work* work : pool.pending)
            if (!work->is_barrier &&
                (work->workqueue != user.workqueue || at.now().string(work->function) != user.function))
                others.push_back(work);
        Finding& finding = findings.add("crowded " + key_of(pool));
        finding.certainty = Certainty::kLikely;
        finding.weight = 90;
        finding.sentence = fmt::format(
            "{} crowds {}: {} of the {} items that wait on {} or want its CPU are its, and {}", user.function,
            at.label(user.workqueue), user.items, all, lower(name_of(at, *pool.row)),
            done ? "what comes now waits for " + lasting(wait) : "none has ended");
        finding.suspects.push_back({user.function, at.label(user.workqueue), {}, fmt::format("{} items", user.items)});
        if (std::string victims = describe(at, others); !victims.empty())
            finding.victims.push_back(std::move(victims));
        finding.evidence.push_back(seen(at, pool));
        finding.evidence.push_back({{}, fmt::format("{} items ended there in {}", done, lasting(at.interval_ns()))});
        finding.next = fmt::format("A workqueue of its own, with a max_active that it deserves, for {}", user.function);
    }
}

}  // namespace wqctl::live
