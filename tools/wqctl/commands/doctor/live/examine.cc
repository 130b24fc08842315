// SPDX-License-Identifier: GPL-2.0
#include "commands/doctor/live/examine.hh"

#include "commands/doctor/live/stacks.hh"

namespace wqctl::live {

Examination examine_machine(Case& at, bool is_live)
{
    if (!is_live)
        return examine(at);
    const Stacks stacks = read_stacks(at);
    at.know(stacks);
    Examination examination = examine(at);
    add_stacks(at, stacks, examination.findings);
    at.know_none();
    return examination;
}

}  // namespace wqctl::live
