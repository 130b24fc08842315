// SPDX-License-Identifier: GPL-2.0
// Latencies by who queued: from events to rows and what is printed of them.
#include <catch2/catch.hpp>

#include "commands/latency/queuers.hh"

using namespace wqctl;

namespace {

struct Items {
    Tables tables;
    Queuers queuers;
    WorkqueueId events = tables.add({.name = "events", .identity = 0xabc});
    NameId work = tables.name("work_fn"), cat = tables.name("cat"), write = tables.name("vfs_write"),
           timer = tables.name("call_timer_fn");
    uint64_t time = 0;

    Items() { queuers.sink().begin({}, tables); }

    void tell(EventKind kind, uint64_t item, EventContext context = EventContext::kTask, NameId caller = 0)
    {
        Event event;
        event.kind = kind;
        event.time = time += 1000;
        event.item = item;
        event.workqueue = events;
        event.function = work;
        event.pool = 2;
        event.pid = kind == EventKind::kStart || kind == EventKind::kEnd ? 7 : 9;
        event.comm = cat;
        event.context = context;
        event.caller = caller;
        queuers.sink().event(event);
    }
    void item(uint64_t item, EventContext context, NameId caller)
    {
        tell(EventKind::kQueue, item, context, caller);
        tell(EventKind::kActivate, item);
        tell(EventKind::kStart, item);
        tell(EventKind::kEnd, item);
    }
    LatencyRecording recording()
    {
        queuers.sink().end({});
        LatencyRecording recording;
        queuers.fill(recording, tables);
        return recording;
    }
};

}  // namespace

TEST_CASE("who queues is a task and its caller, or what interrupts call, whomever they hit", "[latency]")
{
    Items machine;
    machine.item(1, EventContext::kTask, machine.write);
    machine.item(2, EventContext::kTask, machine.write);
    machine.item(3, EventContext::kTimer, machine.timer);
    // Nobody saw it queued; and nobody its end.
    machine.tell(EventKind::kStart, 4);
    machine.tell(EventKind::kEnd, 4);
    machine.tell(EventKind::kQueue, 5, EventContext::kTask, machine.write);
    machine.tell(EventKind::kActivate, 5);
    const LatencyRecording recording = machine.recording();
    CHECK(recording.unpaired == 1);
    CHECK(recording.waiting == 1);
    std::map<std::string, uint64_t> executed;
    for (const LatencyRow& row : LatencyView{"", LatencyGrouping::kQueuer, LatencyOrder::kExecuted}.rows(recording)) {
        executed[row.queuer] = row.executed();
        CHECK(row.workqueue == "events");
        CHECK(row.function == "work_fn");
    }
    CHECK(executed == std::map<std::string, uint64_t>{{"cat, vfs_write", 2}, {"timer, call_timer_fn", 1}, {"?", 1}});
    // By anything else it is one row.
    CHECK(LatencyView{"", LatencyGrouping::kItem, LatencyOrder::kExecuted}.rows(recording).size() == 1);
}
