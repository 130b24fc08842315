// SPDX-License-Identifier: GPL-2.0
// The rules for a machine, a function each, in the order in which they explain: what one has explained, those behind it
// need not say again.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "commands/doctor/finding.hh"
#include "commands/doctor/live/case.hh"

namespace wqctl::live {

// What has been found so far.
class Findings {
public:
    // To be filled in: of the rule that is being followed.
    Finding& add(std::string of);
    bool is_explained(std::string_view what) const;  // "pool 6"
    std::vector<Finding> take() { return std::move(found_); }
    void begin(std::string_view rule) { rule_ = rule; }

private:
    std::string_view rule_;
    std::vector<Finding> found_;
};

struct LiveRule {
    std::string_view name;              // a row of rules()
    uint32_t needs;                     // enum wqlab_section
    std::string (*lacks)(const Case&);  // what more it needs and has not, in words; or nullptr
    void (*find)(const Case&, Findings& findings);
};

std::span<const LiveRule> live_rules();

struct Examination {
    std::vector<Finding> findings;  // the worst first
    std::vector<NotLookedAt> not_looked_at;
};

Examination examine(const Case& at);

// flushes.cc
void find_circles(const Case& at, Findings& findings);
void find_unfinished(const Case& at, Findings& findings);
void find_hung_tasks(const Case& at, Findings& findings);
void find_flush_dependencies(const Case& at, Findings& findings);
// pools.cc
void find_counted_sleepers(const Case& at, Findings& findings);
void find_hung_pools(const Case& at, Findings& findings);
// limits.cc
void find_held_back(const Case& at, Findings& findings);
void find_ordered_heads(const Case& at, Findings& findings);
void find_held_by_nothing(const Case& at, Findings& findings);
void find_plugged(const Case& at, Findings& findings);
// crowd.cc
std::string lacks_stacks(const Case& at);
void find_crowds(const Case& at, Findings& findings);
// timers.cc
void find_timers(const Case& at, Findings& findings);

}  // namespace wqctl::live
