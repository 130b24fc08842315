// SPDX-License-Identifier: GPL-2.0
// What stands for whom, and what a task is called, in a record of a trace.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../uapi/wqlab.h"

namespace wqlab {

struct TraceRecord {
    static constexpr uint32_t kPid = (1u << WQLAB_TRACE_CONTEXT_SHIFT) - 1;

    // task: a pid, and at trace-context-shift an enum wqlab_trace_context.
    static constexpr uint32_t who(wqlab_trace_kind kind, uint32_t task, uint32_t flags = 0)
    {
        return task | flags << WQLAB_TRACE_FLAG_SHIFT | static_cast<uint32_t>(kind) << WQLAB_TRACE_KIND_SHIFT;
    }

    // Whatever has no place in it is not known: also -1.
    static constexpr uint16_t pool(int32_t id)
    {
        return static_cast<uint32_t>(id) < WQLAB_TRACE_NO_POOL ? static_cast<uint16_t>(id)
                                                               : uint16_t{WQLAB_TRACE_NO_POOL};
    }

    static constexpr uint32_t kind(const wqlab_trace_record& record) { return record.who >> WQLAB_TRACE_KIND_SHIFT; }
    static constexpr uint32_t pid(const wqlab_trace_record& record) { return record.who & kPid; }
    static constexpr uint32_t context(const wqlab_trace_record& record)
    {
        return record.who >> WQLAB_TRACE_CONTEXT_SHIFT & 3;
    }
    static constexpr uint32_t flags(const wqlab_trace_record& record)
    {
        return record.who >> WQLAB_TRACE_FLAG_SHIFT & 7;
    }

    // Of one of kind task.
    static constexpr size_t kComm = offsetof(wqlab_trace_record, item);
    static void set_comm(wqlab_trace_record& record, const void* comm)
    {
        __builtin_memcpy(reinterpret_cast<char*>(&record) + kComm, comm, WQLAB_TRACE_COMM_LEN);
    }
    static const char* comm(const wqlab_trace_record& record) { return reinterpret_cast<const char*>(&record) + kComm; }
};

static_assert(sizeof(wqlab_trace_record) == 32);
static_assert(WQLAB_TRACE_KIND_LOST < 1u << (32 - WQLAB_TRACE_KIND_SHIFT));
static_assert((WQLAB_TRACE_FLAG_LIKELY_CALLER | WQLAB_TRACE_FLAG_BARRIER | WQLAB_TRACE_TASK_FLAG_AGAIN |
               WQLAB_TRACE_TASK_FLAG_RENAMED) < 1u << (WQLAB_TRACE_KIND_SHIFT - WQLAB_TRACE_FLAG_SHIFT));
static_assert(WQLAB_LIMIT_TRACE_NAMES <= UINT16_MAX);
static_assert(offsetof(wqlab_trace_record, value) - TraceRecord::kComm == WQLAB_TRACE_COMM_LEN);

}  // namespace wqlab
