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

// They are no section of their own: an older snapshot has workers without their tasks.
std::string lacks_tasks(const Case& at)
{
    return at.now().tasks.empty() && !at.now().workers.empty() ? "the tasks of workers are not shown there" : "";
}

std::string lacks_rates(const Case& at)
{
    return at.is_one_look() ? "rates need two looks, and this does not move" : "";
}

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

Finding* Findings::known(std::string_view of)
{
    const auto same = std::ranges::find_if(
        found_, [&](const Finding& finding) { return finding.rule == rule_ && finding.of == of; });
    return same == found_.end() ? nullptr : &*same;
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
        LiveRule{"frozen", kWork, nullptr, find_frozen},
        LiveRule{"freeze", kWork, nullptr, find_unfreezable},
        LiveRule{"plugged", kWork, nullptr, find_plugged},
        LiveRule{"counts-a-sleeper", kWork, nullptr, find_counted_sleepers},
        LiveRule{"cpu-away", kWork, nullptr, find_absent_cpus},
        LiveRule{"cpu-taken", kWork | WQLAB_SECTION_CPUS, lacks_tasks, find_taken_cpus},
        LiveRule{"hog", kWork, nullptr, find_hogs},
        LiveRule{"no-worker", kWork, nullptr, find_no_workers},
        LiveRule{"not-told", kWork, lacks_tasks, find_untold_pools},
        LiveRule{"ordered", kWork, nullptr, find_ordered_heads},
        LiveRule{"crowd", kWork, lacks_stacks, find_crowds},
        LiveRule{"held-back", kWork, nullptr, find_held_back},
        LiveRule{"held-by-nothing", kWork, nullptr, find_held_by_nothing},
        LiveRule{"unfinished", kWork, nullptr, find_unfinished},
        LiveRule{"hung-task", kWork, nullptr, find_hung_tasks},
        LiveRule{"flush-dependency", kWork, nullptr, find_flush_dependencies},
        LiveRule{"crowded", kWork, lacks_rates, find_crowded},
        LiveRule{"backlog", kWork | WQLAB_SECTION_NODES, lacks_rates, find_backlogs},
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
