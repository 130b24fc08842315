// SPDX-License-Identifier: GPL-2.0
#include "args/completion.hh"
#include "command.hh"
#include "term/output.hh"

namespace wqctl {

namespace {

class CompletionCommand final : public Command {
    std::string shell_;

    void declare(Args& args) override
    {
        args.word("SHELL", shell_, "bash, zsh or fish").required().values({"bash", "zsh", "fish"});
    }

    int run(Context& context) override
    {
        context.output().text(render_completion(shell_, declarations(context.commands())));
        return kDone;
    }
};

}  // namespace

std::unique_ptr<Command> make_completion() { return std::make_unique<CompletionCommand>(); }

}  // namespace wqctl
