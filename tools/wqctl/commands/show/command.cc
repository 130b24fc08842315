// SPDX-License-Identifier: GPL-2.0
#include "command.hh"
#include "report/session.hh"
#include "source/source.hh"

namespace wqctl {

namespace {

class ShowCommand final : public Command {
    std::string id_;
    bool json_ = false;

    void declare(Args& args) override
    {
        args.word("ID", id_, "The run's number").required();
        args.json(json_, {"wqlab/run/1"});
    }

    int run(Context& context) override
    {
        const uint32_t id = parse_run_id(id_);
        const RunReport report = fetch_report(context.lab(), context.source().info(), id, Topology::read());
        return print_report(report, json_, context.output());
    }
};

}  // namespace

std::unique_ptr<Command> make_show() { return std::make_unique<ShowCommand>(); }

}  // namespace wqctl
