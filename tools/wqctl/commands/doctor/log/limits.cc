// SPDX-License-Identifier: GPL-2.0
// What max_active holds back.
#include "commands/doctor/log/limits.hh"

#include <algorithm>

#include <fmt/core.h>

#include "commands/doctor/log/rules.hh"

namespace wqctl {

namespace {

// Linux 6.9 and newer, which count so, print no max_active with a pwq. A workqueue of which the log lacks the flags may
// be an unbound one.
bool may_share(const klog::Workqueue& workqueue, const klog::Pwq& pwq)
{
    return workqueue.flags.value_or(klog::kUnbound) & klog::kUnbound && !pwq.max_active;
}

bool is_ordered(const klog::Workqueue& workqueue) { return workqueue.flags.value_or(0) & klog::kOrdered; }

bool share(const klog::Workqueue& workqueue, const klog::Pwq& one, const klog::Pwq& other)
{
    return &one == &other || (may_share(workqueue, one) && may_share(workqueue, other) &&
                              (is_ordered(workqueue) || one.kind.node == other.kind.node));
}

std::string on_cpus(const klog::PoolKind& kind)
{
    return kind.cpus.empty() ? "" : fmt::format(" on CPU{} {}", cpu_of(kind) ? "" : "s", kind.cpus);
}

}  // namespace

Limit limit_of(const DumpCase& at, const klog::Workqueue& workqueue, const klog::Pwq& pwq)
{
    Limit limit;
    limit.is_of_pool = !may_share(workqueue, pwq);
    limit.of = limit.is_of_pool        ? fmt::format("{} pwq {}", workqueue.name, pwq.pool)
               : is_ordered(workqueue) ? workqueue.name
                                       : fmt::format("{} node {}", workqueue.name, pwq.kind.node.value_or(-1));
    const auto is_of_it = [&](const auto& one) {
        return one.workqueue == &workqueue && share(workqueue, pwq, *one.pwq);
    };
    std::ranges::copy_if(at.at_work(), std::back_inserter(limit.executed), is_of_it);
    for (const Waiting& list : at.waiting())
        if (is_of_it(list) && list.is_inactive)
            limit.held.push_back(list);
        else if (is_of_it(list))
            limit.pending += count_items(*list.items);
    // One at a time, of what is on whatever pool.
    const bool is_alone = limit.is_of_pool || is_ordered(workqueue);
    limit.are_all = is_alone && pwq.active == limit.executed.size() &&
                    std::ranges::all_of(limit.executed, [&](const AtWork& item) { return item.pwq == &pwq; });
    return limit;
}

void find_held_back(const DumpCase& at, std::vector<Finding>& findings)
{
    for (const Waiting& waiting : at.waiting()) {
        if (!waiting.is_inactive)
            continue;
        const Limit limit = limit_of(at, *waiting.workqueue, *waiting.pwq);
        const std::vector<AtWork>& active = limit.executed;
        uint64_t count = 0;
        for (const Waiting& held : limit.held)
            count += count_items(*held.items);
        // Whatever of it ends lets in the next one.
        if (limit.held.front().items != waiting.items || !count || active.empty() || limit.pending ||
            !std::ranges::all_of(active, [&](const AtWork& item) { return at.stays(item); }))
            continue;
        Finding finding;
        finding.of = limit.of;
        // Two dumps may show two executions, and a log that was cut not all that are active.
        finding.certainty = limit.are_all && std::ranges::all_of(active, is_said_to_stay) ? Certainty::kCertain
                                                                                          : Certainty::kLikely;
        finding.weight = 500;
        finding.sentence = fmt::format(
            "Workqueue {}{} is full: {} item{} held back behind {} that do{} not end{}", waiting.workqueue->name,
            limit.is_of_pool ? on_cpus(waiting.pwq->kind) : "", count, count == 1 ? " is" : "s are",
            active.size() == 1 ? "one" : std::to_string(active.size()), active.size() == 1 ? "es" : "",
            waiting.pwq->max_active ? fmt::format(" (max_active {})", *waiting.pwq->max_active) : "");
        for (size_t i = 0; i < std::min<size_t>(3, active.size()); i++) {
            finding.suspects.push_back(suspect_of(active[i]));
            finding.evidence.push_back(in_flight_of(active[i]));
        }
        finding.victims.push_back(describe(limit.held));
        for (const Waiting& held : limit.held)
            finding.evidence.push_back({held.pwq->inactive_line,
                                        fmt::format("pwq {}: {} inactive", held.pwq->pool, count_items(*held.items))});
        finding.next = "See what they wait for; only if those behind do not depend on them a larger max_active helps";
        findings.push_back(std::move(finding));
    }
}

}  // namespace wqctl
