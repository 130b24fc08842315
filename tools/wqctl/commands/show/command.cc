// SPDX-License-Identifier: GPL-2.0
#include "commands/commands.hh"
#include "report/session.hh"

namespace wqctl {

int command_show(const Invocation& invocation, Output& output)
{
    const uint32_t id = parse_run_id(invocation.id);
    Lab lab;
    return print_report(fetch_report(lab, id, Machine::read()), invocation.json, output);
}

}  // namespace wqctl
