// SPDX-License-Identifier: GPL-2.0
#include "command.hh"
#include "commands/info/render.hh"
#include "source/flags.hh"
#include "source/source.hh"
#include "term/output.hh"

namespace wqctl {

namespace {

class InfoCommand final : public Command {
    bool json_ = false;
    SourceFlags source_;

    void declare(Args& args) override
    {
        args.json(json_, {"wqlab/info/1"});
        source_.declare(args);
    }

    int run(Context& context) override
    {
        const Info& info = context.source(source_).info();
        Output& output = context.output();
        if (json_)
            output.text(info_to_json(info));
        else
            output.text(render_info(info, output.style()));
        return kDone;
    }
};

}  // namespace

std::unique_ptr<Command> make_info() { return std::make_unique<InfoCommand>(); }

}  // namespace wqctl
