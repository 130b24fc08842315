// SPDX-License-Identifier: GPL-2.0
#include "wire/lab.hh"
#include "commands/commands.hh"
#include "commands/info/lists.hh"

namespace wqctl {

int command_info(const Invocation& invocation, Output& output)
{
    const Info info = Lab().info();
    if (invocation.json)
        output.json(info_to_json(info));
    else
        output.text(render_info(info, output.style()));
    return kDone;
}

}  // namespace wqctl
