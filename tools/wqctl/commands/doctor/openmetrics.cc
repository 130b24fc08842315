// SPDX-License-Identifier: GPL-2.0
// Findings as metrics, beside those of wqctl monitor.
#include <map>
#include <set>

#include "commands/doctor/render.hh"
#include "commands/doctor/rules.hh"
#include "term/openmetrics.hh"

namespace wqctl {

std::string render_openmetrics(const std::vector<Finding>& findings, const std::vector<NotLookedAt>& not_looked_at)
{
    Metric count("wqlab_doctor_findings", "gauge", "What wqctl doctor finds wrong, by rule and by how sure it is.");
    Metric suspects("wqlab_doctor_suspect_info", "gauge", "Who is to blame for a finding; always 1.");
    Metric blind("wqlab_doctor_rules_not_looked_at", "gauge", "Rules that this kernel or source can't be judged by.");
    // Each rule has its zeros, so that an alert ends and does not go stale.
    std::map<std::pair<std::string, Certainty>, uint64_t> counts;
    for (const Rule& rule : rules())
        for (const Certainty certainty : {Certainty::kCertain, Certainty::kLikely, Certainty::kUnexplained})
            counts[{std::string(rule.name), certainty}] = 0;
    // A sample may not be there twice.
    std::set<Labels> blamed;
    for (const Finding& finding : findings) {
        counts[{finding.rule, finding.certainty}]++;
        for (const Suspect& suspect : finding.suspects)
            blamed.insert({{"rule", finding.rule},
                           {"workqueue", suspect.workqueue},
                           {"function", suspect.function},
                           {"task", suspect.task}});
    }
    for (const auto& [key, number] : counts)
        count.add({{"rule", key.first}, {"certainty", std::string(certainty_name(key.second))}}, number);
    for (const Labels& labels : blamed)
        suspects.add(labels, 1);
    blind.add({}, not_looked_at.size());
    return count.text() + suspects.text() + blind.text() + std::string(kEndOfMetrics);
}

}  // namespace wqctl
