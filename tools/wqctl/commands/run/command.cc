// SPDX-License-Identifier: GPL-2.0
#include <fmt/core.h>

#include "command.hh"
#include "commands/run/started.hh"
#include "commands/run/flags.hh"
#include "report/placement.hh"
#include "report/session.hh"
#include "report/wq_sysfs.hh"
#include "scenario/encode.hh"
#include "scenario/file.hh"
#include "scenario/presets/presets.hh"
#include "scenario/validate.hh"
#include "source/source.hh"
#include "term/output.hh"
#include "text/error.hh"
#include "text/names.hh"

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
    StartedRun(Runs& runs, const Scenario& scenario, const StartOptions& options)
        : runs_(runs), detached_(options.detached)
    {
        Message request = encode_run(scenario, options);
        state_ = runs.start(request);
    }
    ~StartedRun()
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
    StartedRun(const StartedRun&) = delete;
    StartedRun& operator=(const StartedRun&) = delete;

    void release()
    {
        runs_.release(state_.id);
        released_ = true;
    }
    uint32_t id() const { return state_.id; }
    const RunState& state() const { return state_; }

private:
    Runs& runs_;
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

class RunCommand final : public Command {
    RunFlags flags_;

    void declare(Args& args) override { wqctl::declare(args, flags_); }

    int run(Context& context) override
    {
        Scenario scenario = resolve(scenario_from(flags_));
        const Topology topology = Topology::read();
        validate(scenario, topology, nullptr);
        if (flags_.dry_run)
            return dry_run(scenario, topology, context);

        Lab& lab = context.lab();
        Output& output = context.output();
        const Info& info = context.source().info();
        if (flags_.preset)
            if (const std::vector<std::string> names = leave_out(scenario, info.lacks); !names.empty())
                print_trouble(fmt::format("left out, because this kernel is too old for it (see wqctl info): {}",
                                          enumerate(names)));
        validate(scenario, topology, &info);
        // Before the start, so that no event is missed.
        Events events(lab);
        Interrupts interrupts;
        Runs runs(lab);
        StartedRun started(runs, scenario, {run_label(flags_, scenario), flags_.detach});
        const std::vector<WqAttributes> applied = apply_attributes(scenario, started.id());
        started.release();
        if (flags_.detach) {
            if (flags_.json)
                output.text(started_to_json(started.state()));
            else
                output.text(render_started(started.state()));
            return kDone;
        }

        RunProgress progress(&scenario, !flags_.no_progress);
        follow(runs, events, started.id(), interrupts, progress);
        progress.clear();

        RunReport report = runs.report(started.id());
        runs.forget(started.id());
        report.kernel = info.release;
        add_what_was_asked(report, scenario, applied, topology);
        return print_report(report, flags_.json, output);
    }

    static int dry_run(const Scenario& scenario, const Topology& topology, Context& context)
    {
        // The limits are the module's; without it the rest has been judged.
        try {
            validate(scenario, topology, &context.source().info());
        } catch (const Error& error) {
            if (error.exit_code != kUnavailable)
                throw;
        }
        context.output().text(scenario_to_json(scenario));
        return kDone;
    }

    static void add_what_was_asked(RunReport& report, const Scenario& scenario,
                                   const std::vector<WqAttributes>& applied, const Topology& topology)
    {
        report.scenario = scenario;
        for (size_t i = 0; i < report.workqueues.size() && i < scenario.workqueues.size(); i++) {
            WorkqueueReport& workqueue = report.workqueues[i];
            workqueue.system = scenario.workqueues[i].system;
            workqueue.max_active = scenario.workqueues[i].max_active;
            workqueue.attributes = applied[i];
            judge_placement(workqueue, topology);
        }
    }
};

}  // namespace

std::unique_ptr<Command> make_run() { return std::make_unique<RunCommand>(); }

}  // namespace wqctl
