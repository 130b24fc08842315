// SPDX-License-Identifier: GPL-2.0
// A scenario that runs while it is listened to.
#pragma once

#include <string>

#include "commands/advise/profile.hh"
#include "report/runs.hh"
#include "report/started_run.hh"
#include "scenario/scenario.hh"
#include "system/interrupts.hh"

namespace wqctl {

// The scenario of a file: of one workqueue, without an end of its own.
Scenario load_advisable(const std::string& path);

// What it says of its items.
Sleeps sleeps(const Scenario& scenario);

class OwnRun {
public:
    // Runs from here on; the scenario must be resolved and valid, and live as long.
    OwnRun(Lab& lab, const Scenario& scenario);
    ~OwnRun() { stop(); }
    OwnRun(const OwnRun&) = delete;
    OwnRun& operator=(const OwnRun&) = delete;

    // What its workqueue is called in the kernel.
    std::string kernel_name() const;

private:
    void stop();

    Events events_;
    Runs runs_;
    StartedRun started_;
};

}  // namespace wqctl
