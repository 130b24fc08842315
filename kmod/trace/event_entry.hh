// SPDX-License-Identifier: GPL-2.0
// An event that happens: it is written, unless there is no room, and one in so many is timed.
#pragma once

#include "../core/trace_record.hh"
#include "../glue/trace_events.h"
#include "event_recorder.hh"

// For a lambda: it is nowhere but where it is called.
#define WQLAB_INLINE __attribute__((always_inline))

namespace wqlab {

// What is written of an event beside its time, its kind and who runs.
struct EventRecorder::Details {
    uint64_t item = 0;
    uint32_t function = 0;  // a name each
    uint32_t workqueue = 0;
    uint32_t caller = 0;
    int32_t pool = -1;
    uint32_t value = 0;
    uint32_t flags = 0;
};

// details(cpu) is called if there is room. Inline with it: then what it returns is nowhere but in the record.
template <typename Find>
[[gnu::always_inline]] inline void EventRecorder::write(wqlab_who who, wqlab_trace_kind kind, Find details)
{
    if (!is_written(kind))
        return;
    Cpu& cpu = *cpus_[who.cpu];
    const uint64_t begun = Clock::stamp_anywhere();
    if (who.comm) {
        const ToldTasks::Name name = ToldTasks::Name::read(who.comm);
        const uint32_t pid = who.task & TraceRecord::kPid;
        if (!cpu.told.has(pid, name, cpu.ring.head())) [[unlikely]]
            if (!tell_task(cpu, pid, name, begun))
                return;
    }
    wqlab_trace_record* const record = cpu.ring.next(begun);
    if (!record)
        return;
    // Each member: what sets all to 0 first is a string instruction, for which one pays by the byte.
    const Details found = details(cpu);
    record->stamp = begun;
    record->item = found.item;
    record->function = static_cast<uint16_t>(found.function);
    record->workqueue = static_cast<uint16_t>(found.workqueue);
    record->caller = static_cast<uint16_t>(found.caller);
    record->pool = TraceRecord::pool(found.pool);
    record->value = found.value;
    record->who = TraceRecord::who(kind, who.task, found.flags);
    cpu.ring.commit();
    if (!cpu.until_timed--) [[unlikely]]
        time(cpu, begun);
}

}  // namespace wqlab
