// SPDX-License-Identifier: GPL-2.0
#include "commands/doctor/log/rules.hh"

#include <algorithm>
#include <array>

#include "commands/doctor/rules.hh"

namespace wqctl {

std::span<const LogRule> log_rules()
{
    static constexpr std::array kRules = {
        LogRule{"circle", find_circles},
        LogRule{"hung-pool", find_hung_pools},
        LogRule{"freeze", nullptr, find_refused_freezes},
        LogRule{"crowd", find_crowds},
        LogRule{"held-back", find_held_back},
        LogRule{"unfinished", nullptr, find_unfinished},
        LogRule{"flush-dependency", nullptr, find_flush_dependencies},
        LogRule{"hung-task", nullptr, find_hung_tasks},
        LogRule{"hog", nullptr, find_hogs},
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
            finding.kernel = rule_named(rule.name).kernel;
            // What several dumps show is one finding: as the last of them has it, which knows most.
            const auto known = std::ranges::find_if(
                findings, [&](const Finding& other) { return other.rule == finding.rule && other.of == finding.of; });
            if (known == findings.end()) {
                findings.push_back(std::move(finding));
                continue;
            }
            const uint64_t first = known->evidence.empty() ? 0 : known->evidence.front().line.value_or(0);
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
