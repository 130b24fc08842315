// SPDX-License-Identifier: GPL-2.0
// Passes on what concerns items of some workqueues, and what concerns none.
#pragma once

#include <unordered_set>
#include <vector>

#include "text/patterns.hh"
#include "trace/event.hh"

namespace wqctl {

class OnlyWorkqueues final : public EventSink {
public:
    // Without patterns, of all. next must live as long.
    OnlyWorkqueues(const Patterns& patterns, EventSink& next) : patterns_(patterns), next_(next) {}

    void begin(const Head& head, const Tables& tables) override;
    void event(const Event& event) override;
    void end(const Tail& tail) override { next_.end(tail); }

private:
    bool wanted(WorkqueueId id);
    bool passes(const Event& event);

    Patterns patterns_;
    EventSink& next_;
    const Tables* tables_ = nullptr;
    enum class Known : uint8_t { kNot, kWanted, kUnwanted };
    std::vector<Known> workqueues_;       // by id
    std::unordered_set<uint64_t> items_;  // last queued on one that is wanted
};

}  // namespace wqctl
