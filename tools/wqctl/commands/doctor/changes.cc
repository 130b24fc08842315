// SPDX-License-Identifier: GPL-2.0
#include "commands/doctor/changes.hh"

#include <algorithm>
#include <set>
#include <tuple>

namespace wqctl {

namespace {

bool is_about_the_same(const Finding& a, const Finding& b) { return a.rule == b.rule && a.of == b.of; }

// Ages and counts grow with every look: what was told is still so while the same ones are to blame.
bool is_the_same(const Finding& a, const Finding& b)
{
    const auto who = [](const Finding& finding) {
        std::set<std::tuple<std::string, std::string, int>> all;
        for (const Suspect& suspect : finding.suspects)
            all.emplace(suspect.function, suspect.workqueue, suspect.pid.value_or(0));
        return all;
    };
    return is_about_the_same(a, b) && a.certainty == b.certainty && who(a) == who(b);
}

const Finding* find_in(const std::vector<Finding>& findings, const Finding& wanted, auto&& is_equal)
{
    const auto found = std::ranges::find_if(findings, [&](const Finding& one) { return is_equal(one, wanted); });
    return found == findings.end() ? nullptr : &*found;
}

}  // namespace

Changes Told::take(const std::vector<Finding>& findings)
{
    Changes changes;
    for (const Finding& finding : findings)
        if (!find_in(last_, finding, is_the_same))
            changes.found.push_back(finding);
    for (const Finding& finding : last_)
        if (!find_in(findings, finding, is_about_the_same))
            changes.ended.push_back(finding);
    last_ = findings;
    return changes;
}

}  // namespace wqctl
