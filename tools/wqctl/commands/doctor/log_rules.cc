// SPDX-License-Identifier: GPL-2.0
#include "commands/doctor/log_rules.hh"

#include <algorithm>
#include <array>

#include <fmt/core.h>

namespace wqctl {

std::span<const LogRule> log_rules()
{
    static constexpr std::array kRules = {
        LogRule{"circle", "An item waits for one that cannot run or end before it has ended",
                "__flush_work(), insert_wq_barrier()", find_circles},
        LogRule{"hung-pool", "Items wait on a pool that has begun none for 10 s or more",
                "show_one_worker_pool(), wq_watchdog_timer_fn()", find_hung_pools},
        LogRule{"freeze", "A freezable workqueue keeps the machine from suspending", "freeze_workqueues_busy()",
                nullptr, find_refused_freezes},
        LogRule{"crowd", "Many workers are in one function and stay there", "show_pwq()", find_crowds},
        LogRule{"held-back", "max_active is used up by items that do not end", "pwq_tryinc_nr_active()",
                find_held_back},
        LogRule{"unfinished", "A drain or the end of a workqueue meets items that go on",
                "drain_workqueue(), destroy_workqueue()", nullptr, find_unfinished},
        LogRule{"flush-dependency", "A workqueue that memory reclaim needs waits for one without a rescuer",
                "check_flush_dependency()", nullptr, find_flush_dependencies},
        LogRule{"hung-task", "A task or an item has slept for longer than the hung-task detector allows",
                "check_hung_task(), __flush_work()", nullptr, find_hung_tasks},
        LogRule{"hog", "A function has had a CPU for too long, again and again", "wq_cpu_intensive_report()", nullptr,
                find_hogs},
    };
    return kRules;
}

std::vector<Finding> examine(const klog::Log& log)
{
    std::vector<Finding> findings;
    const auto of_rule = [&](const LogRule& rule, auto&& find) {
        std::vector<Finding> found;
        find(found);
        for (Finding& finding : found) {
            finding.rule = rule.name;
            finding.kernel = rule.kernel;
            // What several dumps show is one finding: as the last of them has it, which knows most.
            const auto known = std::ranges::find_if(
                findings, [&](const Finding& other) { return other.rule == finding.rule && other.of == finding.of; });
            if (known == findings.end()) {
                findings.push_back(std::move(finding));
                continue;
            }
            const uint64_t first = known->evidence.empty() ? 0 : known->evidence.front().line;
            finding.evidence.push_back({first, "was so before"});
            *known = std::move(finding);
        }
    };
    for (const LogRule& rule : log_rules()) {
        if (rule.of_log)
            of_rule(rule, [&](std::vector<Finding>& found) { rule.of_log(log, found); });
        else
            for (const klog::Dump& dump : log.dumps)
                of_rule(rule, [&](std::vector<Finding>& found) { rule.of_dump(DumpCase(log, dump), found); });
    }
    std::ranges::stable_sort(findings, std::greater(), &Finding::weight);
    return findings;
}

}  // namespace wqctl
