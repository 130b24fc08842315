// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdint>

#include "../uapi/wqlab.h"

namespace wqlab {

// Which tasks a CPU's ring has told the name of, so that its events need but the pid. A CPU's: with interrupts off.
class ToldTasks {
public:
    // What a task is called. No array, lest the stack be guarded.
    struct Name {
        uint64_t first = 0, second = 0;

        // Once: others may rename it meanwhile. One that is half of each differs from what the next read gives.
        [[gnu::always_inline]] static Name read(const char* comm)
        {
            struct [[gnu::packed, gnu::may_alias]] Words { uint64_t first, second; };
            const volatile Words& words = *reinterpret_cast<const volatile Words*>(comm);
            return {words.first, words.second};
        }
    };
    static_assert(sizeof(Name) == WQLAB_TRACE_COMM_LEN);

    // Of a ring that is overwritten a name is told anew once so many records have come since.
    void tell_again_after(uint64_t records) { again_ = records; }

    // head: records of the ring, so far.
    [[gnu::always_inline]] bool has(uint32_t pid, Name name, uint64_t head) const
    {
        const Task& task = tasks_[pid % kTasks];
        return task.name.first == name.first && task.name.second == name.second && task.pid == pid &&
               head - task.at < again_;
    }
    void add(uint32_t pid, Name name, uint64_t head) { tasks_[pid % kTasks] = {name, head, pid}; }
    // What a name that is told now says of the events before it, of which it may be that nothing else does: enum
    // wqlab_trace_task_flag.
    uint32_t what_was_told(uint32_t pid, Name name) const
    {
        const Task& task = tasks_[pid % kTasks];
        if (task.pid != pid)
            return 0;
        return task.name.first == name.first && task.name.second == name.second ? WQLAB_TRACE_TASK_FLAG_AGAIN
                                                                                : WQLAB_TRACE_TASK_FLAG_RENAMED;
    }

private:
    static constexpr unsigned kTasks = 128;

    struct Task {
        Name name;
        uint64_t at = 0;
        uint64_t pid = UINT64_MAX;
    };

    uint64_t again_ = UINT64_MAX;
    Task tasks_[kTasks] = {};
};

}  // namespace wqlab
