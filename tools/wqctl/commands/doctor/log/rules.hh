// SPDX-License-Identifier: GPL-2.0
// The rules for logs, a function each: what they see is in the log, what they add is what it means.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "commands/doctor/finding.hh"
#include "commands/doctor/log/case.hh"

namespace wqctl {

struct LogRule {
    std::string_view name;  // a row of rules()
    // Of one dump, or of the log as a whole: one of the two.
    void (*of_dump)(const DumpCase&, std::vector<Finding>&) = nullptr;
    void (*of_log)(const klog::Log&, std::vector<Finding>&) = nullptr;
};

std::span<const LogRule> log_rules();

// All that the rules find, the worst first, one for what several dumps show alike.
std::vector<Finding> examine(const klog::Log& log);

// By group: pools.cc, limits.cc, waits.cc, messages.cc.
void find_hung_pools(const DumpCase& at, std::vector<Finding>& findings);
void find_held_back(const DumpCase& at, std::vector<Finding>& findings);
void find_crowds(const DumpCase& at, std::vector<Finding>& findings);
void find_circles(const DumpCase& at, std::vector<Finding>& findings);
void find_refused_freezes(const klog::Log& log, std::vector<Finding>& findings);
void find_hogs(const klog::Log& log, std::vector<Finding>& findings);
void find_flush_dependencies(const klog::Log& log, std::vector<Finding>& findings);
void find_unfinished(const klog::Log& log, std::vector<Finding>& findings);
void find_hung_tasks(const klog::Log& log, std::vector<Finding>& findings);

}  // namespace wqctl
