// SPDX-License-Identifier: GPL-2.0
// The kernel tells that an item was queued and then, of every item, that it counts for max_active: at once, or when
// others have ended. Which of them it was, the order tells: at once is with interrupts off, under the pool's lock, and
// so the CPU's next event. Such activations end here; their queue events are passed on as not held back.
//
// A queue event waits for its CPU's next event, so those of items that are held back come late.
#pragma once

#include <vector>

#include "trace/event.hh"

namespace wqctl {

class Activations final : public EventSink {
public:
    explicit Activations(EventSink& next) : next_(next) {}

    void begin(const Head& head, const Tables& tables) override { next_.begin(head, tables); }
    void event(const Event& event) override;
    void end(const Tail& tail) override;
    // Those queued before that were not activated: on a CPU where nothing else happens, no event says so.
    void settle(uint64_t before);

private:
    struct Undecided {
        bool is_there = false;
        Event event;
    };

    void pass(Undecided& undecided, bool held_back);

    EventSink& next_;
    std::vector<Undecided> undecided_;  // by CPU
    size_t undecided_count_ = 0;
};

}  // namespace wqctl
