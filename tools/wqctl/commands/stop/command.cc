// SPDX-License-Identifier: GPL-2.0
#include "commands/commands.hh"
#include "report/session.hh"

namespace wqctl {

int command_stop(const Invocation& invocation, Output& output)
{
    const uint32_t id = parse_run_id(invocation.id);
    const Machine machine = Machine::read();
    Lab lab;
    Events events(lab);
    const Scenario unknown;
    if (!lab.state(id).ended()) {
        Interrupts interrupts;
        Progress progress(unknown, !invocation.run.no_progress);
        stop_run(lab, id);
        follow(lab, events, id, interrupts, progress);
    }
    const RunReport report = fetch_report(lab, id, machine);
    lab.forget(id);
    return print_report(report, invocation.json, output);
}

}  // namespace wqctl
