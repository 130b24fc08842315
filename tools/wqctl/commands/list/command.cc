// SPDX-License-Identifier: GPL-2.0
#include "wire/lab.hh"
#include "commands/commands.hh"
#include "commands/info/lists.hh"

namespace wqctl {

int command_list(const Invocation& invocation, Output& output)
{
    const auto runs = Lab().states();
    if (invocation.json)
        output.json(runs_to_json(runs));
    else
        output.text(render_runs(runs, output.style()));
    return kDone;
}

}  // namespace wqctl
