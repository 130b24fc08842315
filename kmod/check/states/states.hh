// SPDX-License-Identifier: GPL-2.0
// The states in which a function may find an item, made on purpose: idle, on
// its timer, on a worklist, held back by max_active, running, and running with
// one of these again. So that a check can go through all of them.
#pragma once

#include "../harness/trial.hh"
#include "../scenes/delayed.hh"

namespace wqlab {

enum class ItemState : uint8_t {
    kIdle,
    kTimer,  // for an hour
    kHeldBack,
    kRunning,
    kRunningAndTimer,
    kRunningAndHeldBack,
    kCount
};

constexpr const char* state_name(ItemState state)
{
    constexpr const char* kNames[] = {
        "idle", "on its timer", "held back", "running", "running and on its timer", "running and held back"};
    return kNames[static_cast<uint32_t>(state)];
}
constexpr bool is_pending(ItemState state) { return state != ItemState::kIdle && state != ItemState::kRunning; }
constexpr bool is_running(ItemState state) { return state >= ItemState::kRunning; }
constexpr bool has_timer(ItemState state) { return state == ItemState::kTimer || state == ItemState::kRunningAndTimer; }

// A workqueue that takes one item at a time, with or without one in front.
class Scene {
public:
    explicit Scene(Trial& trial, const Shape& shape = {.max_active = 1})
        : trial_(trial),
          cpu_(trial.first_cpu()),
          wq_(trial.queue(shape)),
          front_(trial.item("the item in front", TestItem::Body::kGate))
    {
    }

    Queue& queue() { return wq_; }
    uint32_t cpu() const { return cpu_; }

    // Of a new item, whose function waits for its gate. Plain ones have no timer. False: the trial has been decided.
    bool put(TestItem& item, ItemState state)
    {
        if (is_running(state)) {
            item.queue_on(wq_, cpu_);
            if (!trial_.wait([&] { return item.started() == 1; }, "an item to start"))
                return false;
        } else if (state == ItemState::kHeldBack) {
            front_.close();
            const uint32_t before = front_.started();
            front_.queue_on(wq_, cpu_);
            if (!trial_.wait([&] { return front_.started() == before + 1; }, "the item in front to start"))
                return false;
        }
        if (has_timer(state))
            return made(item.queue_delayed(wq_, an_hour(), static_cast<int>(cpu_)), state);
        if (is_pending(state))
            return made(item.queue_on(wq_, cpu_), state);
        return true;
    }
    // What is running or held back goes on.
    void release(TestItem& item)
    {
        item.open();
        front_.open();
    }

private:
    bool made(bool queued, ItemState state)
    {
        if (!queued)
            trial_.fail("queueing an item to have it %s returned false", state_name(state));
        return queued;
    }

    Trial& trial_;
    const uint32_t cpu_;
    Queue& wq_;
    TestItem& front_;
};

}  // namespace wqlab
