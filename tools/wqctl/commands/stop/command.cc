// SPDX-License-Identifier: GPL-2.0
#include "command.hh"
#include "report/session.hh"
#include "source/source.hh"
#include "system/interrupts.hh"

namespace wqctl {

namespace {

class StopCommand final : public Command {
    std::string id_;
    bool json_ = false;
    bool no_progress_ = false;

    void declare(Args& args) override
    {
        args.word("ID", id_, "The run's number").required();
        args.flag("--no-progress", no_progress_, "No progress bar");
        args.json(json_, {"wqlab/run/1"});
    }

    int run(Context& context) override
    {
        const uint32_t id = parse_run_id(id_);
        const Topology topology = Topology::read();
        Lab& lab = context.lab();
        Runs runs(lab);
        Events events(lab);
        if (!runs.state(id).ended()) {
            Interrupts interrupts;
            RunProgress progress(nullptr, !no_progress_);
            stop_run(runs, id);
            follow(runs, events, id, interrupts, progress);
        }
        const RunReport report = fetch_report(lab, context.source().info(), id, topology);
        runs.forget(id);
        return print_report(report, json_, context.output());
    }
};

}  // namespace

std::unique_ptr<Command> make_stop() { return std::make_unique<StopCommand>(); }

}  // namespace wqctl
