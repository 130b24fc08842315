// SPDX-License-Identifier: GPL-2.0
// Hears that somebody kicked a CPU that is away. The kernel warns of that once: who takes one away listens.
#pragma once

#include "../harness/kernel_log.hh"

namespace wqlab {

// That an interrupt was asked for on a CPU that is offline.
class WarningsOfKicks {
public:
    void see(const LogLine& line)
    {
        if (line.has("WARNING: ") && line.has("irq_work_queue_on"))
            __atomic_add_fetch(&count_, 1, __ATOMIC_RELAXED);
    }
    uint32_t ours() const { return __atomic_load_n(&count_, __ATOMIC_RELAXED); }

private:
    uint32_t count_ = 0;
};

}  // namespace wqlab
