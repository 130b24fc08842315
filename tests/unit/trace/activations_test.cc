// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "trace/activations.hh"

using namespace wqctl;

namespace {

struct Passed final : EventSink {
    std::vector<Event> events;
    bool has_ended = false;

    void begin(const Head&, const Tables&) override {}
    void event(const Event& event) override { events.push_back(event); }
    void end(const Tail&) override { has_ended = true; }
};

Event event(EventKind kind, uint64_t time, uint64_t item, uint16_t cpu)
{
    Event one;
    one.kind = kind;
    one.time = time;
    one.item = item;
    one.cpu = cpu;
    return one;
}

}  // namespace

TEST_CASE("an activation that is its CPU's next event was at once, whatever other CPUs do between")
{
    Passed passed;
    Activations activations(passed);
    activations.event(event(EventKind::kQueue, 1, 0xa, 0));
    activations.event(event(EventKind::kEnd, 2, 0xb, 1));
    activations.event(event(EventKind::kActivate, 3, 0xa, 0));
    REQUIRE(passed.events.size() == 2);
    CHECK(passed.events[0].item == 0xb);
    CHECK(passed.events[1].item == 0xa);
    CHECK(passed.events[1].kind == EventKind::kQueue);
    CHECK(!passed.events[1].held_back);
}

TEST_CASE("if what came next is lost, an item is not said to be held back")
{
    Passed passed;
    Activations activations(passed);
    activations.event(event(EventKind::kQueue, 1, 0xa, 0));
    activations.event(event(EventKind::kLost, 2, 0, 0));
    REQUIRE(passed.events.size() == 2);
    CHECK(!passed.events[0].held_back);
}

TEST_CASE("an item is held back if its CPU goes on without its activation")
{
    Passed passed;
    Activations activations(passed);
    activations.event(event(EventKind::kQueue, 1, 0xa, 0));
    SECTION("to something else")
    {
        activations.event(event(EventKind::kEnd, 2, 0xb, 0));
        activations.event(event(EventKind::kActivate, 3, 0xa, 0));
        REQUIRE(passed.events.size() == 3);
        CHECK(passed.events[2].kind == EventKind::kActivate);
    }
    SECTION("and another activates it")
    {
        activations.event(event(EventKind::kActivate, 3, 0xa, 1));
        REQUIRE(passed.events.size() == 2);
        CHECK(passed.events[1].kind == EventKind::kActivate);
    }
    SECTION("and another cancels it")
    {
        activations.event(event(EventKind::kCancel, 3, 0xa, 1));
        REQUIRE(passed.events.size() == 2);
    }
    SECTION("up to the end")
    {
        activations.end({});
        REQUIRE(passed.events.size() == 1);
        CHECK(passed.has_ended);
    }
    CHECK(passed.events[0].item == 0xa);
    CHECK(passed.events[0].held_back);
}
