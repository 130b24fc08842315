// SPDX-License-Identifier: GPL-2.0
// What the workqueue's tracepoints tell of a few items, in the order in which
// they tell it.
#pragma once

#include "../../glue/trace.h"
#include "../harness/trial.hh"

namespace wqlab {

class Events {
public:
    static constexpr uint32_t kItems = 10;  // called A, B, C, ...

    // One event. What it does not say is 0.
    struct Event {
        uint8_t item;
        uint8_t what;         // enum wqlab_trace_event
        uint32_t req_cpu;     // queue
        int32_t pool_cpu;     // queue: that of the pool that it names; -1: unbound
        uintptr_t workqueue;  // queue: the one that it names
        uintptr_t function;   // end
    };

    explicit Events(Trial& trial);
    Events(const Events&) = delete;
    ~Events() { stop(); }

    // Before it is queued.
    void watch(TestItem& item) { watch(item.address()); }
    void watch(work_struct* work)
    {
        __atomic_store_n(&works_[items_++], reinterpret_cast<uintptr_t>(work), __ATOMIC_RELEASE);
    }
    // After it no event is added.
    void stop();
    // "queue A, activate A, start A, end A"; once stopped.
    void describe(char (&text)[256]) const;
    // The n-th of that kind of an item, from 0; nullptr: there is none. Once stopped.
    const Event* find(uint8_t item, wqlab_trace_event what, uint32_t n = 0) const;

    // In the tracepoint.
    void seen(uintptr_t work, wqlab_trace_event event, const wqlab_trace_fields& fields);

private:
    static constexpr uint32_t kMost = 64;

    Trial& trial_;
    uintptr_t works_[kItems] = {};
    uint32_t items_ = 0;
    uint32_t count_ = 0;
    Event* const events_;  // the trial's: a check's stack has no room for them
    bool attached_;
};

}  // namespace wqlab
