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
    // What this rule has found of the same already; nullptr: nothing.
    Finding* known(std::string_view of);
    bool is_explained(std::string_view what) const;  // "pool 6"
    std::vector<Finding> take() { return std::move(found_); }
    void begin(std::string_view rule) { rule_ = rule; }

private:
    std::string_view rule_;
    std::vector<Finding> found_;
};

using Find = void(const Case&, Findings&);

struct LiveRule {
    std::string_view name;              // a row of rules()
    uint32_t needs;                     // enum wqlab_section
    std::string (*lacks)(const Case&);  // what more it needs and has not, in words; or nullptr
    Find* find;
};

std::span<const LiveRule> live_rules();

struct Examination {
    std::vector<Finding> findings;  // the worst first
    std::vector<NotLookedAt> not_looked_at;
};

Examination examine(const Case& at);

// By group: flushes.cc, pools.cc, cpus.cc, workers.cc, limits.cc, freeze.cc, crowd.cc, backlog.cc, timers.cc.
Find find_circles, find_unfinished, find_hung_tasks, find_flush_dependencies;
Find find_counted_sleepers, find_hung_pools;
Find find_taken_cpus, find_hogs;
Find find_no_workers, find_untold_pools, find_absent_cpus;
Find find_held_back, find_ordered_heads, find_held_by_nothing, find_plugged;
Find find_frozen, find_unfreezable;
Find find_crowds;
Find find_backlogs, find_crowded;
Find find_timers;

std::string lacks_stacks(const Case& at);  // crowd.cc
// Its manager has looked for a worker all the while, and none is idle: workers.cc.
bool gets_no_worker(const PoolCase& pool);

}  // namespace wqctl::live
