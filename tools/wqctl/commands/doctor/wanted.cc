// SPDX-License-Identifier: GPL-2.0
#include "commands/doctor/wanted.hh"

#include <algorithm>

namespace wqctl {

namespace {

bool names_any(const Finding& finding, const Patterns& patterns)
{
    return patterns.match(finding.sentence) ||
           std::ranges::any_of(finding.suspects,
                               [&](const Suspect& suspect) {
                                   return patterns.match(suspect.workqueue) || patterns.match(suspect.function) ||
                                          patterns.match(suspect.task);
                               }) ||
           std::ranges::any_of(finding.victims, [&](const std::string& victim) { return patterns.match(victim); });
}

}  // namespace

void keep_wanted(std::vector<Finding>& findings, const Patterns& patterns)
{
    std::erase_if(findings, [&](const Finding& finding) { return !names_any(finding, patterns); });
}

}  // namespace wqctl
