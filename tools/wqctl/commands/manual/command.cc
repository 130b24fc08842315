// SPDX-License-Identifier: GPL-2.0
// wqctl is one file, which people copy to where they need it; its manual page comes along.
#include "args/manual.hh"
#include "command.hh"
#include "term/output.hh"

namespace wqctl {

namespace {

class ManualCommand final : public Command {
    void declare(Args&) override {}

    int run(Context& context) override
    {
        context.output().text(render_manual(declarations(context.commands())));
        return kDone;
    }
};

}  // namespace

std::unique_ptr<Command> make_manual() { return std::make_unique<ManualCommand>(); }

}  // namespace wqctl
