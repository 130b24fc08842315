// SPDX-License-Identifier: GPL-2.0
#pragma once

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
};

std::string_view certainty_name(Certainty certainty);

std::string render_findings(const std::vector<Finding>& findings, const Style& style);
std::string render_not_looked_at(const std::vector<NotLookedAt>& rules, const Style& style);
std::string render_rules(const Style& style);

std::string doctor_to_json(const std::vector<Finding>& findings, const Examined& examined);

}  // namespace wqctl
