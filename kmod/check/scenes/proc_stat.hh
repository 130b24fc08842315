// SPDX-License-Identifier: GPL-2.0
// What /proc says of a thread of the kernel.
#pragma once

#include "../../glue/text.h"
#include "../harness/trial.hh"
#include "thread_log.hh"

namespace wqlab {

// Its stat from the state on; nullptr: that is not shown, or that is another thread's number, as where processes are
// numbered apart. command: what its name begins with.
inline const char* stat_of_thread(Trial& t, int32_t pid, const char* command)
{
    char path[32];
    wqlab_format(path, sizeof(path), "/proc/%d/stat", pid);
    if (t.read(path))
        return nullptr;
    const char* const name = find_in(t.text(), "(");
    // A name may have parentheses itself.
    const char* const end = __builtin_strrchr(t.text(), ')');
    return name && end && end[1] == ' ' && opens_with(name + 1, command) ? end + 2 : nullptr;
}

}  // namespace wqlab
