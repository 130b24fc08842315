// SPDX-License-Identifier: GPL-2.0
// What the workqueue's tracepoints tell of a few items, in the order in which
// they tell it.
#pragma once

#include "../glue/trace.h"
#include "trial.hh"

namespace wqlab {

class Events {
public:
    static constexpr uint32_t kItems = 3;  // called A, B and C

    explicit Events(Trial& trial);
    Events(const Events&) = delete;
    ~Events() { stop(); }

    // Before it is queued.
    void watch(TestItem& item)
    {
        __atomic_store_n(&works_[items_++], reinterpret_cast<uintptr_t>(item.address()), __ATOMIC_RELEASE);
    }
    // After it no event is added.
    void stop();
    // "queue A, activate A, start A, end A"; once stopped.
    void describe(char (&text)[256]) const;

    // In the tracepoint.
    void seen(uintptr_t work, wqlab_trace_event event);

private:
    static constexpr uint32_t kMost = 16;

    struct Event {
        uint8_t item;
        uint8_t what;
    };

    Trial& trial_;
    uintptr_t works_[kItems] = {};
    uint32_t items_ = 0;
    uint32_t count_ = 0;
    Event events_[kMost] = {};
    bool attached_;
};

}  // namespace wqlab
