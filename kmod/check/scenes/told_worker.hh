// SPDX-License-Identifier: GPL-2.0
// In which worker an item runs, told from inside, until a gate opens.
#pragma once

#include "../../glue/context.h"
#include "look.hh"

namespace wqlab {

struct ToldWorker {
    Gate* gate;
    uintptr_t worker;
    int32_t pid;  // written last
};

// Of an item whose argument is one.
inline void tell_worker(TestItem&, void* argument)
{
    ToldWorker& told = *static_cast<ToldWorker*>(argument);
    told.worker = wqlab_current_worker();
    __atomic_store_n(&told.pid, wqlab_current().pid, __ATOMIC_RELEASE);
    told.gate->pass();
}

}  // namespace wqlab
