// SPDX-License-Identifier: GPL-2.0
#include "report/started_run.hh"

#include "report/placement.hh"
#include "report/wq_sysfs.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

std::string kernel_name_of(const WorkqueueSpec& workqueue, uint32_t id)
{
    return "wqlab" + std::to_string(id) + "-" + workqueue.name;
}

}  // namespace

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
    for (const WorkqueueSpec& workqueue : scenario_.workqueues) {
        const std::string name = kernel_name_of(workqueue, id());
        if (workqueue.wants_sysfs())
            write_attributes(workqueue, name);
        // Read back while there are files: after the run they are gone.
        applied_.push_back(workqueue.system.empty() ? read_attributes(name) : WqAttributes());
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
