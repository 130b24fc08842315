// SPDX-License-Identifier: GPL-2.0
// One line that tells how far a run is.
#pragma once

#include <cstdint>
#include <string>

#include "report/report.hh"
#include "term/style.hh"

namespace wqctl {

// A bar and what stands behind it.
std::string progress_bar(double done, const std::string& tail, const Style& style);

// The line's text for one state; pure, so that it can be tested.
std::string progress_text(const RunState& state, const Scenario& scenario, double items_per_s, const Style& style);

class Progress {
public:
    // Prints to standard error, and only when that is a terminal.
    Progress(const Scenario& scenario, bool wanted);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void update(const RunState& state);
    const Style& style() const { return style_; }
    // Says something in place of the bar, until the next update.
    void say(const std::string& text);
    // Leaves no trace on the line.
    void clear();

private:
    const Scenario& scenario_;
    Style style_;
    bool wanted_;
    bool shown_ = false;
    uint64_t last_elapsed_ = 0;
    uint64_t last_executed_ = 0;
    double rate_ = 0;
};

}  // namespace wqctl
