// SPDX-License-Identifier: GPL-2.0
#include <exception>

#include "scenario/encode.hh"
#include "commands/commands.hh"
#include "report/session.hh"
#include "commands/info/lists.hh"
#include "scenario/file.hh"
#include "scenario/validate.hh"
#include "report/placement.hh"
#include "report/wq_sysfs.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

std::string kernel_name_of(const WorkqueueSpec& workqueue, uint32_t id)
{
    return "wqlab" + std::to_string(id) + "-" + workqueue.name;
}

// A detached run does not end with our socket, so what fails between its
// start and its release has to be undone.
class StartedRun {
public:
    StartedRun(Lab& lab, const Scenario& scenario, const StartOptions& options)
        : lab_(lab), detached_(options.detached)
    {
        Message request = encode_run(scenario, options);
        state_ = lab.start(request);
    }
    ~StartedRun()
    {
        if (released_ || !detached_)
            return;
        try {
            lab_.stop(state_.id);
            lab_.forget(state_.id);
        } catch (const Error&) {
            // What brought us here is said already.
        }
    }
    StartedRun(const StartedRun&) = delete;
    StartedRun& operator=(const StartedRun&) = delete;

    void release()
    {
        lab_.release(state_.id);
        released_ = true;
    }
    uint32_t id() const { return state_.id; }
    const RunState& state() const { return state_; }

private:
    Lab& lab_;
    bool detached_;
    bool released_ = false;
    RunState state_;
};

// Sets what goes through sysfs, and reads back what is in effect: after the
// run its files are gone.
std::vector<WqAttributes> apply_attributes(const Scenario& scenario, uint32_t id)
{
    std::vector<WqAttributes> applied;
    for (const WorkqueueSpec& workqueue : scenario.workqueues) {
        if (workqueue.wants_sysfs())
            write_attributes(workqueue, kernel_name_of(workqueue, id));
        applied.push_back(workqueue.system.empty() ? read_attributes(kernel_name_of(workqueue, id)) : WqAttributes());
    }
    return applied;
}

void dry_run(const Scenario& scenario, const Machine& machine, Output& output)
{
    // The limits are the module's; without it the rest has been judged.
    try {
        const Info info = Lab().info();
        validate(scenario, machine, &info);
    } catch (const Error& error) {
        if (error.exit_code != kUnavailable)
            throw;
    }
    output.json(to_json(scenario));
}

}  // namespace

int command_run(const Invocation& invocation, Output& output)
{
    const RunFlags& flags = invocation.run;
    const Scenario scenario = resolve(scenario_from(flags));
    const Machine machine = Machine::read();
    validate(scenario, machine, nullptr);
    if (flags.dry_run) {
        dry_run(scenario, machine, output);
        return kDone;
    }

    Lab lab;
    const Info info = lab.info();
    validate(scenario, machine, &info);
    // Before the start, so that no event is missed.
    Events events(lab);
    Interrupts interrupts;
    StartedRun run(lab, scenario, {run_label(flags, scenario), flags.detach});
    const std::vector<WqAttributes> applied = apply_attributes(scenario, run.id());
    run.release();
    if (flags.detach) {
        if (flags.json)
            output.json(started_to_json(run.state()));
        else
            output.text(render_started(run.state(), output.style()));
        return kDone;
    }

    Progress progress(scenario, !flags.no_progress);
    follow(lab, events, run.id(), interrupts, progress);
    progress.clear();

    RunReport report = lab.report(run.id());
    lab.forget(run.id());
    report.kernel = info.release;
    report.scenario = scenario;
    for (size_t i = 0; i < report.workqueues.size() && i < scenario.workqueues.size(); i++) {
        WorkqueueReport& workqueue = report.workqueues[i];
        workqueue.system = scenario.workqueues[i].system;
        workqueue.max_active = scenario.workqueues[i].max_active;
        workqueue.attributes = applied[i];
        judge_placement(workqueue, machine);
    }
    return print_report(report, flags.json, output);
}

}  // namespace wqctl
