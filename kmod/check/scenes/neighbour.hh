// SPDX-License-Identifier: GPL-2.0
// Two CPUs of one node share what an unbound workqueue may run at a time.
#pragma once

#include "../../glue/cpu.h"

namespace wqlab {

// Another CPU of that one's node, of those that are allowed; none: the same.
inline uint32_t neighbour_of(uint32_t here, uint64_t allowed)
{
    for (uint32_t cpu = 0; cpu < 64; cpu++)
        if (cpu != here && allowed >> cpu & 1 && wqlab_cpu_node(cpu) == wqlab_cpu_node(here))
            return cpu;
    return here;
}

}  // namespace wqlab
