// SPDX-License-Identifier: GPL-2.0
#include "commands/doctor/live/rules.hh"

#include <algorithm>
#include <array>

#include "commands/doctor/rules.hh"
#include "snapshot/names.hh"
#include "text/names.hh"

namespace wqctl::live {

namespace {

constexpr uint32_t kWork = WQLAB_SECTION_POOLS | WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_WORK;

std::string why_not(const LiveRule& rule, const Case& at)
{
    const uint32_t there = at.now().sections & at.before().sections;
    std::vector<std::string> lacking;
    for (const SectionName& section : section_names())
        if (rule.needs & section.section & ~there)
            lacking.emplace_back(section.name);
    if (!lacking.empty())
        return "the " + enumerate(lacking) + " of this kernel can't be shown";
    return rule.lacks ? rule.lacks(at) : "";
}

}  // namespace

Finding& Findings::add(std::string of)
{
    Finding& finding = found_.emplace_back();
    finding.rule = rule_;
    finding.kernel = rule_named(rule_).kernel;
    finding.explains.push_back(of);
    finding.of = std::move(of);
    return finding;
}

bool Findings::is_explained(std::string_view what) const
{
    return std::ranges::any_of(found_, [&](const Finding& finding) {
        return std::ranges::find(finding.explains, what) != finding.explains.end();
    });
}

std::span<const LiveRule> live_rules()
{
    static constexpr std::array kRules = {
        LiveRule{"circle", kWork, nullptr, find_circles},
        LiveRule{"plugged", kWork, nullptr, find_plugged},
        LiveRule{"counts-a-sleeper", kWork, nullptr, find_counted_sleepers},
        LiveRule{"ordered", kWork, nullptr, find_ordered_heads},
        LiveRule{"crowd", kWork, lacks_stacks, find_crowds},
        LiveRule{"held-back", kWork, nullptr, find_held_back},
        LiveRule{"held-by-nothing", kWork, nullptr, find_held_by_nothing},
        LiveRule{"unfinished", kWork, nullptr, find_unfinished},
        LiveRule{"hung-task", kWork, nullptr, find_hung_tasks},
        LiveRule{"flush-dependency", kWork, nullptr, find_flush_dependencies},
        LiveRule{"timer", WQLAB_SECTION_WORKQUEUES | WQLAB_SECTION_TIMERS, nullptr, find_timers},
        LiveRule{"hung-pool", kWork, nullptr, find_hung_pools},
    };
    return kRules;
}

Examination examine(const Case& at)
{
    Findings findings;
    Examination examination;
    for (const LiveRule& rule : live_rules()) {
        if (std::string why = why_not(rule, at); !why.empty()) {
            examination.not_looked_at.push_back({std::string(rule.name), std::move(why)});
            continue;
        }
        findings.begin(rule.name);
        rule.find(at, findings);
    }
    examination.findings = findings.take();
    std::ranges::stable_sort(examination.findings, std::greater(), &Finding::weight);
    return examination;
}

}  // namespace wqctl::live
