// SPDX-License-Identifier: GPL-2.0
// A run that this process starts: held, until its workqueues have the attributes that go through sysfs.
#pragma once

#include <string>
#include <vector>

#include "report/runs.hh"
#include "scenario/encode.hh"
#include "source/info.hh"
#include "system/topology.hh"

namespace wqctl {

class StartedRun {
public:
    // The scenario must be resolved and valid, and live as long.
    StartedRun(Runs& runs, const Scenario& scenario, const StartOptions& options);
    // A detached run does not end with our socket, so what fails between its start and its release is undone.
    ~StartedRun();
    StartedRun(const StartedRun&) = delete;
    StartedRun& operator=(const StartedRun&) = delete;

    // Throws what the kernel says to an attribute; the run is held still then.
    void apply_attributes();
    void release();
    // When it has ended: its records, with what was asked of it, judged against this machine. It is forgotten then.
    RunReport report(const Info& info, const Topology& topology);

    uint32_t id() const { return state_.id; }
    const RunState& state() const { return state_; }
    // Of each of the scenario's workqueues, once attributes are applied: older kernels cut long names.
    const std::vector<std::string>& kernel_names() const { return kernel_names_; }

private:
    Runs& runs_;
    const Scenario& scenario_;
    bool detached_;
    bool released_ = false;
    RunState state_;
    std::vector<std::string> kernel_names_;
    std::vector<WqAttributes> applied_;
};

}  // namespace wqctl
