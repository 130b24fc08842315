// SPDX-License-Identifier: GPL-2.0
#include <fmt/core.h>

#include "command.hh"
#include "commands/run/started.hh"
#include "commands/run/flags.hh"
#include "report/session.hh"
#include "report/started_run.hh"
#include "scenario/file.hh"
#include "scenario/presets/presets.hh"
#include "scenario/validate.hh"
#include "source/source.hh"
#include "term/output.hh"
#include "text/error.hh"
#include "text/names.hh"

namespace wqctl {

namespace {

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
        started.apply_attributes();
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

        RunReport report = started.report(info, topology);
        report.provenance = Provenance::of(context.words());
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
};

}  // namespace

std::unique_ptr<Command> make_run() { return std::make_unique<RunCommand>(); }

}  // namespace wqctl
