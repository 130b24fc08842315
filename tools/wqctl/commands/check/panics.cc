// SPDX-License-Identifier: GPL-2.0
#include "commands/check/panics.hh"

#include "system/files.hh"

namespace wqctl {

std::string panics_on_warning()
{
    for (const char* setting : {"/proc/sys/kernel/panic_on_warn", "/sys/module/workqueue/parameters/panic_on_stall",
                                "/sys/module/workqueue/parameters/panic_on_stall_time"})
        if (read_line(setting).value_or("0") != "0")
            return setting;
    return {};
}

}  // namespace wqctl
