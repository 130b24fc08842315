// SPDX-License-Identifier: GPL-2.0
#include "report/started_run.hh"

#include <fmt/core.h>

#include "report/placement.hh"
#include "report/wq_sysfs.hh"
#include "text/error.hh"

namespace wqctl {

StartedRun::StartedRun(Runs& runs, const Scenario& scenario, const StartOptions& options)
    : runs_(runs), scenario_(scenario), detached_(options.detached)
{
    Message request = encode_run(scenario, options);
    state_ = runs.start(request);
}

StartedRun::~StartedRun()
{
    if (released_ || !detached_)
        return;
    try {
        runs_.stop(state_.id);
        runs_.forget(state_.id);
    } catch (const Error&) {
        // What brought us here is said already.
    }
}

void StartedRun::apply_attributes()
{
    const std::vector<WorkqueueReport> made = runs_.report(id()).workqueues;
    if (made.size() != scenario_.workqueues.size())
        throw Error(kBad, fmt::format("the module tells of {} workqueues of run {}, which has {}", made.size(), id(),
                                      scenario_.workqueues.size()));
    for (size_t i = 0; i < made.size(); i++) {
        const WorkqueueSpec& workqueue = scenario_.workqueues[i];
        kernel_names_.push_back(made[i].kernel_name);
        if (workqueue.wants_sysfs())
            write_attributes(workqueue, kernel_names_[i]);
        // Read back while there are files: after the run they are gone.
        applied_.push_back(workqueue.system.empty() ? read_attributes(kernel_names_[i]) : WqAttributes());
    }
}

void StartedRun::release()
{
    runs_.release(id());
    released_ = true;
}

RunReport StartedRun::report(const Info& info, const Topology& topology)
{
    RunReport report = runs_.report(id());
    runs_.forget(id());
    report.kernel = info.release;
    report.scenario = scenario_;
    for (size_t i = 0; i < report.workqueues.size() && i < scenario_.workqueues.size(); i++) {
        WorkqueueReport& workqueue = report.workqueues[i];
        workqueue.system = scenario_.workqueues[i].system;
        workqueue.max_active = scenario_.workqueues[i].max_active;
        workqueue.attributes = applied_[i];
        judge_placement(workqueue, topology);
    }
    return report;
}

}  // namespace wqctl
