// SPDX-License-Identifier: GPL-2.0
// Who waits for whom. A barrier, "BAR(pid)", stands behind the item that the task waits for in flush_work().
#include <algorithm>
#include <map>
#include <set>

#include <fmt/core.h>

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

    // From this task back to it: what waits for what. Empty: no circle is seen.
    std::vector<std::pair<int, Wait>> circle_from(int pid) const
    {
        std::vector<std::pair<int, Wait>> path;
        std::set<int> seen;
        return follow(pid, pid, path, seen) ? path : std::vector<std::pair<int, Wait>>{};
    }
    std::set<int> waiters() const
    {
        std::set<int> pids;
        for (const auto& [pid, wait] : waits_)
            pids.insert(pid);
        return pids;
    }

    std::vector<int> executors_of(const klog::Pwq* pwq) const
    {
        std::vector<int> pids;
        for (const AtWork& item : at_.at_work())
            if (item.pwq == pwq && item.worker->pid)
                pids.push_back(*item.worker->pid);
        return pids;
    }

    // The kernel prints each pwq under its pool's lock, and lets go of that before the next: what several show may
    // never have been so at one moment. And of what is active a log that was cut may lack one.
    bool is_certain(const std::vector<std::pair<int, Wait>>& circle) const
    {
        return std::ranges::all_of(circle, [&](const auto& step) {
            const Wait& wait = step.second;
            return wait.pwq == circle.front().second.pwq &&
                   (wait.executor || wait.pwq->active.value_or(0) == executors_of(wait.pwq).size());
        });
    }

private:
    bool follow(int pid, int goal, std::vector<std::pair<int, Wait>>& path, std::set<int>& seen) const
    {
        const auto at = waits_.find(pid);
        if (at == waits_.end() || !seen.insert(pid).second)
            return false;
        path.emplace_back(pid, at->second);
        std::vector<int> blockers;
        if (at->second.executor)
            blockers.push_back(*at->second.executor);
        else
            blockers = executors_of(at->second.pwq);
        // Any active item that ends lets the next one in, so all have to be part of it, and none may still wait to
        // begin.
        const bool all = !blockers.empty() && (at->second.executor || !count_items(at->second.pwq->pending)) &&
                         std::ranges::all_of(blockers, [&](int blocker) {
                             std::set<int> so_far = seen;
                             std::vector<std::pair<int, Wait>> behind;
                             if (blocker != goal && !follow(blocker, goal, behind, so_far))
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
        const auto circle = waits.circle_from(pid);
        if (circle.empty())
            continue;
        Finding finding;
        finding.certainty = waits.is_certain(circle) ? Certainty::kCertain : Certainty::kLikely;
        finding.weight = 1000;
        std::vector<std::string> steps;
        for (const auto& [waiter, wait] : circle) {
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
