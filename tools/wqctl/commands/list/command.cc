// SPDX-License-Identifier: GPL-2.0
#include "command.hh"
#include "commands/list/render.hh"
#include "report/runs.hh"
#include "term/output.hh"

namespace wqctl {

namespace {

class ListCommand final : public Command {
    bool json_ = false;

    void declare(Args& args) override { args.json(json_, {"wqlab/runs/1"}); }

    int run(Context& context) override
    {
        const std::vector<RunState> runs = Runs(context.lab()).states();
        Output& output = context.output();
        if (json_)
            output.text(runs_to_json(runs));
        else
            output.text(render_runs(runs, output.style()));
        return kDone;
    }
};

}  // namespace

std::unique_ptr<Command> make_list() { return std::make_unique<ListCommand>(); }

}  // namespace wqctl
