// SPDX-License-Identifier: GPL-2.0
// Who waits for whom. A barrier, "BAR(pid)", stands behind the item that the task waits for in flush_work().
#include <algorithm>
#include <map>
#include <set>

#include <fmt/core.h>

#include "commands/doctor/log/limits.hh"
#include "commands/doctor/log/rules.hh"

namespace wqctl {

namespace {

struct Wait {
    const klog::Workqueue* workqueue;
    const klog::Pwq* pwq;
    std::string function;         // what it waits for
    std::optional<int> executor;  // who executes that; none: it is held back
    uint64_t line;
};

// From a task back to it: what waits for what.
struct Circle {
    std::vector<std::pair<int, Wait>> path;
    std::vector<Wait> rests_on;  // also what keeps from ending what else is active where the path leads
};

class Waits {
public:
    explicit Waits(const DumpCase& at) : at_(at)
    {
        for (const AtWork& item : at.at_work())
            for (const klog::Item& behind : item.worker->scheduled)
                if (behind.waiter)
                    waits_.emplace(*behind.waiter, Wait{item.workqueue, item.pwq, item.worker->function,
                                                        item.worker->pid, item.pwq->in_flight_line});
        for (const Waiting& list : at.waiting()) {
            if (!list.is_inactive)
                continue;
            std::string before;
            for (const klog::Item& item : *list.items) {
                if (item.waiter)
                    waits_.emplace(*item.waiter, Wait{list.workqueue, list.pwq, before, {}, list.pwq->inactive_line});
                else
                    before = item.function;
            }
        }
    }

    // Nothing: no circle is seen.
    std::optional<Circle> circle_from(int pid) const
    {
        Circle circle;
        std::set<int> seen;
        return follow(pid, pid, circle.path, circle.rests_on, seen) ? std::optional(circle) : std::nullopt;
    }
    std::set<int> waiters() const
    {
        std::set<int> pids;
        for (const auto& [pid, wait] : waits_)
            pids.insert(pid);
        return pids;
    }

    // The kernel prints each pwq under its pool's lock, and lets go of that before the next: what several show may
    // never have been so at one moment. And of what is active a log that was cut may lack one.
    bool is_certain(const Circle& circle) const
    {
        return std::ranges::all_of(circle.rests_on, [&](const Wait& wait) {
            return wait.pwq == circle.rests_on.front().pwq &&
                   (wait.executor || limit_of(at_, *wait.workqueue, *wait.pwq).are_all);
        });
    }

private:
    bool follow(int pid, int goal, std::vector<std::pair<int, Wait>>& path, std::vector<Wait>& rests_on,
                std::set<int>& seen) const
    {
        const auto at = waits_.find(pid);
        if (at == waits_.end() || !seen.insert(pid).second)
            return false;
        path.emplace_back(pid, at->second);
        rests_on.push_back(at->second);
        std::vector<int> blockers;
        uint64_t pending = 0;
        if (at->second.executor) {
            blockers.push_back(*at->second.executor);
        } else {
            const Limit limit = limit_of(at_, *at->second.workqueue, *at->second.pwq);
            for (const AtWork& item : limit.executed)
                if (item.worker->pid)
                    blockers.push_back(*item.worker->pid);
            pending = limit.pending;
        }
        // Any active item that ends lets the next one in, so all have to be part of it, and none may still wait to
        // begin.
        const bool all = !blockers.empty() && !pending && std::ranges::all_of(blockers, [&](int blocker) {
            std::set<int> so_far = seen;
            std::vector<std::pair<int, Wait>> behind;
            if (blocker != goal && !follow(blocker, goal, behind, rests_on, so_far))
                return false;
            if (path.back().first == pid)
                path.insert(path.end(), behind.begin(), behind.end());
            return true;
        });
        if (!all)
            path.pop_back();
        return all;
    }

    const DumpCase& at_;
    std::multimap<int, Wait> waits_;
};

}  // namespace

void find_circles(const DumpCase& at, std::vector<Finding>& findings)
{
    const Waits waits(at);
    std::set<int> told;
    for (const int pid : waits.waiters()) {
        if (told.contains(pid))
            continue;
        const std::optional<Circle> circle = waits.circle_from(pid);
        if (!circle)
            continue;
        Finding finding;
        finding.certainty = waits.is_certain(*circle) ? Certainty::kCertain : Certainty::kLikely;
        finding.weight = 1000;
        std::vector<std::string> steps;
        for (const auto& [waiter, wait] : circle->path) {
            told.insert(waiter);
            const auto executes = std::ranges::find_if(
                at.at_work(), [&, pid = waiter](const AtWork& item) { return item.worker->pid == pid; });
            const std::string who = executes == at.at_work().end()
                                        ? fmt::format("task {}", waiter)
                                        : fmt::format("{} (worker {}, workqueue {})", executes->worker->function,
                                                      waiter, executes->workqueue->name);
            steps.push_back(
                wait.executor
                    ? fmt::format("{} waits for {}, which worker {} executes", who, wait.function, *wait.executor)
                    : fmt::format("{} waits for {}, which {} holds back until what is active there has ended", who,
                                  wait.function, wait.workqueue->name));
            if (executes != at.at_work().end())
                finding.suspects.push_back(suspect_of(*executes));
            finding.evidence.push_back({wait.line, fmt::format("BAR({}) behind {}", waiter, wait.function)});
            finding.of += fmt::format("{} ", waiter);
        }
        finding.sentence = "A circle: ";
        for (size_t i = 0; i < steps.size(); i++)
            finding.sentence += (i ? "; " : "") + steps[i];
        finding.next =
            "An item must not flush what needs it to end: take the flush out, or put one of the two on another "
            "workqueue";
        findings.push_back(std::move(finding));
    }
}

}  // namespace wqctl
