// SPDX-License-Identifier: GPL-2.0
#include "command.hh"
#include "report/session.hh"

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
        return print_report(fetch_report(context.lab(), id, Topology::read()), json_, context.output());
    }
};

}  // namespace

std::unique_ptr<Command> make_show() { return std::make_unique<ShowCommand>(); }

}  // namespace wqctl
