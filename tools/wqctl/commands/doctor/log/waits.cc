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

// Tasks of which each waits, in the end, for each of the others.
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
        for (const auto& [pid, wait] : waits_)
            stuck_[pid] = holders_of(wait);
        const auto may_end = [&](const auto& one) {
            return one.second.empty() ||
                   !std::ranges::all_of(one.second, [&](int holder) { return stuck_.contains(holder); });
        };
        while (std::erase_if(stuck_, may_end))
            ;
    }

    // Those that hold each other up; who only waits for them is in none.
    std::vector<Circle> circles() const
    {
        std::vector<Circle> found;
        std::set<int> told;
        for (const auto& [pid, holders] : stuck_) {
            if (told.contains(pid))
                continue;
            const std::vector<int> behind = behind_of(pid);
            if (std::ranges::find(behind, pid) == behind.end())
                continue;
            Circle& circle = found.emplace_back();
            circle.path.emplace_back(pid, waits_.at(pid));
            for (const int other : behind) {
                circle.rests_on.push_back(waits_.at(other));
                if (const std::vector<int> back = behind_of(other);
                    other != pid && std::ranges::find(back, pid) != back.end())
                    circle.path.emplace_back(other, waits_.at(other));
            }
            for (const auto& [waiter, wait] : circle.path)
                told.insert(waiter);
        }
        return found;
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
    // All of whom have to be stuck for the wait to last; none: it may end. Any active item that ends lets the next one
    // in, and so may one that is yet to begin.
    std::vector<int> holders_of(const Wait& wait) const
    {
        if (wait.executor)
            return {*wait.executor};
        const Limit limit = limit_of(at_, *wait.workqueue, *wait.pwq);
        std::vector<int> pids;
        for (const AtWork& item : limit.executed) {
            if (!item.worker->pid)
                return {};
            pids.push_back(*item.worker->pid);
        }
        return limit.pending ? std::vector<int>() : pids;
    }

    // Whom a task that is stuck waits for in the end: the next one first, and itself if it leads back.
    std::vector<int> behind_of(int pid) const
    {
        std::vector<int> order, left = {pid};
        std::set<int> seen;
        while (!left.empty()) {
            const std::vector<int>& holders = stuck_.at(left.back());
            left.pop_back();
            for (const int holder : holders)
                if (seen.insert(holder).second) {
                    order.push_back(holder);
                    left.push_back(holder);
                }
        }
        return order;
    }

    const DumpCase& at_;
    std::map<int, Wait> waits_;  // a task waits for one thing at a time
    // The largest set of tasks in which each waits only for what others of it hold up: none of them goes on. Of each,
    // who those are.
    std::map<int, std::vector<int>> stuck_;
};

}  // namespace

void find_circles(const DumpCase& at, std::vector<Finding>& findings)
{
    const Waits waits(at);
    for (const Circle& circle : waits.circles()) {
        Finding finding;
        finding.certainty = waits.is_certain(circle) ? Certainty::kCertain : Certainty::kLikely;
        finding.weight = 1000;
        std::vector<std::string> steps;
        for (const auto& [waiter, wait] : circle.path) {
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
