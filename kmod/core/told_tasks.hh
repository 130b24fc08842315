// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>

namespace wqlab {

// Which tasks a CPU's ring has told the name of, so that its events need but the pid. A CPU's: with interrupts off.
class ToldTasks {
public:
    // Of a ring that is overwritten a name is told anew once so many records have come since.
    void tell_again_after(uint64_t records) { again_ = records; }

    // comm: 16 bytes. head: records of the ring, so far.
    [[gnu::always_inline]] bool has(uint32_t pid, const char* comm, uint64_t head) const
    {
        const Task& task = tasks_[pid % kTasks];
        // No array, lest the stack be guarded.
        uint64_t first, second;
        __builtin_memcpy(&first, comm, sizeof(first));
        __builtin_memcpy(&second, comm + sizeof(first), sizeof(second));
        return task.comm[0] == first && task.comm[1] == second && task.pid == pid && head - task.at < again_;
    }
    void add(uint32_t pid, const char* comm, uint64_t head)
    {
        Task& task = tasks_[pid % kTasks];
        __builtin_memcpy(task.comm, comm, sizeof(task.comm));
        task.pid = pid;
        task.at = head;
    }

private:
    static constexpr unsigned kTasks = 128;

    struct Task {
        uint64_t comm[2] = {};
        uint64_t at = 0;
        uint64_t pid = UINT64_MAX;
    };

    uint64_t again_ = UINT64_MAX;
    Task tasks_[kTasks] = {};
};

}  // namespace wqlab
