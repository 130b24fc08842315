// SPDX-License-Identifier: GPL-2.0
// Who is killed while he makes something: no thread is made for him any more. Unlike on a machine that lacks threads,
// nobody else notices.
#pragma once

#include "../../glue/thread.h"

namespace wqlab {

// The current thread, as long as it lives. For one call: who is killed does not sleep in wait().
class Killed {
public:
    Killed() { wqlab_killed_begin(); }
    Killed(const Killed&) = delete;
    ~Killed() { wqlab_killed_end(); }
};

}  // namespace wqlab
