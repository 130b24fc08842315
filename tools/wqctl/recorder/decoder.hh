// SPDX-License-Identifier: GPL-2.0
// From what the kernel wrote to what sinks take.
#pragma once

#include <array>

#include "recorder/rings.hh"
#include "trace/event.hh"

namespace wqctl {

class Decoder {
public:
    // Both must live as long.
    Decoder(const Rings& rings, const wqlab_trace_layout& layout, Tables& tables);

    // Of a newer module there may be others.
    static bool knows(const wqlab_trace_record& record)
    {
        return record.kind >= WQLAB_TRACE_KIND_QUEUE && record.kind <= WQLAB_TRACE_KIND_LOST;
    }
    Event decode(uint32_t cpu, const wqlab_trace_record& record);
    // Those lost after the last that was written: an event like any other.
    Event gap(uint32_t cpu, const Rings::Loss& loss) const;
    // Since the recording began, in ns.
    uint64_t time_of(uint64_t stamp) const;
    uint64_t ns_of(uint64_t ticks) const;

private:
    // nullptr: there is none.
    const wqlab_trace_name* wait_for(uint32_t number) const;
    NameId name(uint32_t number);
    WorkqueueId workqueue(uint32_t number);
    NameId comm(uint32_t cpu, const wqlab_trace_record& record);

    struct LastComm {
        std::array<uint8_t, WQLAB_TRACE_COMM_LEN> text{};
        NameId name = 0;
    };

    const Rings& rings_;
    wqlab_trace_layout layout_;
    Tables& tables_;
    // By the kernel's numbers; 0: not met yet.
    std::vector<NameId> names_;
    std::vector<WorkqueueId> workqueues_;
    std::vector<LastComm> comms_;  // by CPU: most events are of the task of the one before
};

}  // namespace wqctl
