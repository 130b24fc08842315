// SPDX-License-Identifier: GPL-2.0
// How far a run is.
#pragma once

#include <cstdint>
#include <string>

#include "report/report.hh"
#include "term/progress.hh"

namespace wqctl {

// The line's text for one state; pure, so that it can be tested. scenario: null when it is not known.
std::string progress_text(const RunState& state, const Scenario* scenario, double items_per_s, const Style& style);

class RunProgress {
public:
    RunProgress(const Scenario* scenario, bool wanted) : scenario_(scenario), progress_(wanted) {}

    void update(const RunState& state);
    void say(const std::string& text) { progress_.say(text); }
    void clear() { progress_.clear(); }

private:
    const Scenario* scenario_;
    Progress progress_;
    uint64_t last_elapsed_ = 0;
    uint64_t last_executed_ = 0;
    double rate_ = 0;
};

}  // namespace wqctl
