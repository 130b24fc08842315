// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "commands/trace/watch.hh"
#include "text/error.hh"

using namespace wqctl;

namespace {

constexpr uint64_t kMs = 1'000'000;

struct Machine {
    Tables tables;
    NameId function = tables.name("slow_fn"), other = tables.name("quick_fn");
    WorkqueueId workqueue = tables.add({.name = "events"});

    Event event(EventKind kind, uint64_t time, uint64_t item) const
    {
        Event event;
        event.kind = kind;
        event.time = time;
        event.item = item;
        event.workqueue = workqueue;
        event.function = function;
        event.pool = 2;
        event.pid = kind == EventKind::kStart || kind == EventKind::kEnd ? 7 : 9;
        return event;
    }
    // An item that is queued at once, starts, and ends.
    void run(Watch& watch, uint64_t queued, uint64_t started, uint64_t ended, uint64_t item = 1) const
    {
        watch.sink().event(event(EventKind::kQueue, queued, item));
        watch.sink().event(event(EventKind::kActivate, queued, item));
        watch.sink().event(event(EventKind::kStart, started, item));
        watch.sink().event(event(EventKind::kEnd, ended, item));
    }
    // When it was found; 0: it was not.
    uint64_t found(const std::string& text, uint64_t queued, uint64_t started, uint64_t ended) const
    {
        const Condition condition(text);
        Watch watch(condition, tables);
        watch.sink().begin({}, tables);
        run(watch, queued, started, ended);
        return watch.found() ? watch.found()->time : 0;
    }
};

}  // namespace

TEST_CASE("a condition is a stage, a time, and perhaps whose", "[trace]")
{
    for (const char* text : {"wait > 10ms", "run>1s", " inactive > 5us of ^events$ "})
        CHECK_NOTHROW(Condition(text));
    for (const char* text : {"", "wait", "wait > ", "wait > soon", "weight > 10ms", "wait < 10ms", "wait > 1ms of ("})
        CHECK_THROWS_AS(Condition(text), Error);
}

TEST_CASE("an item that waits or runs for longer is found when it is known", "[trace]")
{
    const Machine machine;
    CHECK(machine.found("wait > 10ms", 1 * kMs, 12 * kMs, 13 * kMs) == 12 * kMs);
    CHECK(machine.found("wait > 10ms", 1 * kMs, 11 * kMs, 90 * kMs) == 0);
    CHECK(machine.found("run > 10ms", 1 * kMs, 2 * kMs, 13 * kMs) == 13 * kMs);
    CHECK(machine.found("run > 10ms", 1 * kMs, 20 * kMs, 21 * kMs) == 0);
    CHECK(machine.found("run > 1ms of slow", 1 * kMs, 2 * kMs, 13 * kMs) == 13 * kMs);
    CHECK(machine.found("run > 1ms of ^events$", 1 * kMs, 2 * kMs, 13 * kMs) == 13 * kMs);
    CHECK(machine.found("run > 1ms of kblockd", 1 * kMs, 2 * kMs, 13 * kMs) == 0);
}

TEST_CASE("one that waits still is found while it does", "[trace]")
{
    const Machine machine;
    const Condition condition("wait > 10ms");
    Watch watch(condition, machine.tables);
    watch.sink().begin({}, machine.tables);
    watch.sink().event(machine.event(EventKind::kQueue, 1 * kMs, 5));
    watch.sink().event(machine.event(EventKind::kActivate, 1 * kMs, 5));
    watch.look(10 * kMs);
    CHECK_FALSE(watch.found());
    watch.look(12 * kMs);
    REQUIRE(watch.found());
    CHECK(watch.found()->item == 5);
    // The first is the one.
    machine.run(watch, 20 * kMs, 40 * kMs, 41 * kMs, 6);
    CHECK(watch.found()->item == 5);
}

TEST_CASE("one that is held back is found though nothing else happens on its CPU", "[trace]")
{
    const Machine machine;
    const Condition condition("inactive > 50ms");
    Watch watch(condition, machine.tables);
    watch.sink().begin({}, machine.tables);
    watch.sink().event(machine.event(EventKind::kQueue, 10 * kMs, 1));
    watch.look(14 * kMs);
    watch.look(60 * kMs);
    CHECK_FALSE(watch.found());
    watch.look(61 * kMs);
    REQUIRE(watch.found());
    CHECK(watch.found()->time == 61 * kMs);
}
