// SPDX-License-Identifier: GPL-2.0
#include "commands/commands.hh"
#include "args/completion.hh"

namespace wqctl {

int command_completion(const Cli& cli, const Invocation& invocation, Output& output)
{
    output.text(render_completion(invocation.shell, cli.model()));
    return kDone;
}

}  // namespace wqctl
