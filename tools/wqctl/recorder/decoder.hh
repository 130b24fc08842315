// SPDX-License-Identifier: GPL-2.0
// From what the kernel wrote to what sinks take.
#pragma once

#include <unordered_map>
#include <vector>

#include "core/trace_record.hh"
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
        const uint32_t kind = wqlab::TraceRecord::kind(record);
        return kind >= WQLAB_TRACE_KIND_QUEUE && kind <= WQLAB_TRACE_KIND_LOST;
    }
    // True: it was no event, but said what a task is called in those of that CPU that follow.
    bool learn(uint32_t cpu, const wqlab_trace_record& record);
    // Of what will come later, in the order of a CPU's: what comes before it has the first name that is told, if that
    // is known to have been so, with a ? behind it if it is not, and none if it is known to have been another.
    void expect(uint32_t cpu, const wqlab_trace_record& record);
    void forget_tasks();
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
    NameId comm(uint32_t cpu, uint32_t pid) const;
    uint64_t identity(uint64_t item);
    uint64_t find_identity(uint64_t item);

    static constexpr size_t kItems = 4096;  // a power of two
    static constexpr size_t kMostIdentities = 1'000'000;

    struct Item {
        uint64_t item = 0;
        uint64_t identity = 0;
    };

    const Rings& rings_;
    wqlab_trace_layout layout_;
    Tables& tables_;
    // By the kernel's numbers; 0: not met yet.
    std::vector<NameId> names_;
    std::vector<WorkqueueId> workqueues_;
    std::vector<std::unordered_map<uint32_t, NameId>> tasks_;  // by CPU, of pids
    std::vector<Item> items_;                                  // the last, by what their hash has
    std::unordered_map<uint32_t, uint32_t> identities_;        // the upper half of whose lower half is shown
};

}  // namespace wqctl
