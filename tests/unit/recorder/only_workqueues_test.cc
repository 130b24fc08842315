// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "recorder/only_workqueues.hh"

using namespace wqctl;

namespace {

struct Counter final : EventSink {
    void begin(const Head&, const Tables&) override {}
    void event(const Event& event) override { kinds.push_back(event.kind); }
    void end(const Tail&) override {}
    std::vector<EventKind> kinds;
};

Event event(EventKind kind, uint64_t item, WorkqueueId workqueue = 0)
{
    Event event;
    event.kind = kind;
    event.item = item;
    event.workqueue = workqueue;
    return event;
}

}  // namespace

TEST_CASE("only what concerns the workqueues that are meant, or none, is passed on", "[recorder]")
{
    Tables tables;
    const WorkqueueId mine = tables.add({.name = "events"}), other = tables.add({.name = "kblockd"});
    Counter counter;
    OnlyWorkqueues only(Patterns({"^ev"}), counter);
    only.begin({}, tables);
    for (const WorkqueueId workqueue : {mine, other}) {
        only.event(event(EventKind::kQueue, workqueue, workqueue));
        only.event(event(EventKind::kActivate, workqueue));
        only.event(event(EventKind::kStart, workqueue, workqueue));
        only.event(event(EventKind::kEnd, workqueue));
    }
    only.event(event(EventKind::kLost, 0));
    only.event(event(EventKind::kWorkerMade, 0));
    using enum EventKind;
    CHECK(counter.kinds == std::vector{kQueue, kActivate, kStart, kEnd, kLost, kWorkerMade});
    // The memory of an item is another's now.
    only.event(event(kQueue, mine, other));
    only.event(event(kActivate, mine));
    CHECK(counter.kinds.size() == 6);
}
