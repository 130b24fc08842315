// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/doctor/finding.hh"
#include "klog/dump.hh"
#include "term/style.hh"

namespace wqctl {

// What was examined: a log, or a machine.
struct Examined {
    const klog::Log* log = nullptr;
    std::string origin = {};  // of a machine's snapshots, for people
    std::string kernel = {};  // its release
    uint64_t interval_ns = 0;
    std::vector<NotLookedAt> not_looked_at = {};
    // Of a watch, which tells what is new: when, as seconds since 1970, and what is not so any more. One line.
    std::optional<int64_t> time = {};
    std::vector<Finding> ended = {};
};

std::string_view certainty_name(Certainty certainty);

std::string render_findings(const std::vector<Finding>& findings, const Style& style);
// All but the sentence.
std::string render_details(const Finding& finding, const Style& style);
std::string render_not_looked_at(const std::vector<NotLookedAt>& rules, const Style& style);
std::string render_rules(const Style& style);

// Prometheus' text format.
std::string render_openmetrics(const std::vector<Finding>& findings, const std::vector<NotLookedAt>& not_looked_at);

std::string doctor_to_json(const std::vector<Finding>& findings, const Examined& examined);

}  // namespace wqctl
