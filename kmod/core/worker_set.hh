// SPDX-License-Identifier: GPL-2.0
// The distinct workers that a CPU saw, in bounded memory.
#pragma once

#include <cstdint>

namespace wqlab {

// Open addressing by pid. One writer; a reader meanwhile sees each entry either
// whole or not at all: the pid is written last (release) and read first. Pid 0 marks a free slot: the idle task, which
// no workqueue worker is.
class WorkerSet {
public:
    static constexpr unsigned kSlots = 256;

    struct Worker {
        int32_t pid;
        int32_t nice;
    };

    // Keeps the nice of its first sight. False: the table is full.
    bool see(int32_t pid, int32_t nice)
    {
        if (pid == last_)
            return true;
        for (unsigned i = 0; i < kSlots; i++) {
            Worker& slot = slots_[(static_cast<uint32_t>(pid) + i) % kSlots];
            if (slot.pid != pid) {
                if (slot.pid)
                    continue;
                slot.nice = nice;
                __atomic_store_n(&slot.pid, pid, __ATOMIC_RELEASE);
            }
            last_ = pid;
            return true;
        }
        return false;
    }

    template <typename Visit>
    void for_each(Visit visit) const
    {
        for (const Worker& slot : slots_)
            if (const int32_t pid = __atomic_load_n(&slot.pid, __ATOMIC_ACQUIRE))
                visit(Worker{pid, slot.nice});
    }

private:
    int32_t last_ = 0;
    Worker slots_[kSlots] = {};
};

}  // namespace wqlab
