// SPDX-License-Identifier: GPL-2.0
#include <catch2/catch.hpp>

#include "trace/event.hh"
#include "trace/pools.hh"
#include "unit/snapshot/snapshot_maker.hh"

using namespace wqctl;

TEST_CASE("names are the same for the same text, and of too many the rest is one")
{
    Tables tables;
    CHECK(tables.name("") == 0);
    CHECK(tables.text(0) == "");
    const NameId one = tables.name("one");
    CHECK(tables.name("one") == one);
    CHECK(tables.text(one) == "one");
    CHECK(tables.text(4711) == "");
    for (size_t i = 0; i < Tables::kMostNames + 1000; i++)
        tables.name(std::to_string(i));
    CHECK(tables.names() == Tables::kMostNames + 1);
    CHECK(tables.text(tables.name("one more")) == "(too many names)");
    CHECK(tables.name("one") == one);
}

TEST_CASE("workqueues of a trace are called as dump calls them, and no two of those made since alike")
{
    SnapshotMaker maker;
    maker.workqueue(0xe1, "events", 0, {}, "system_wq");
    maker.workqueue(0xe2, "events", 0, {}, "system_percpu_wq");
    maker.workqueue(0x1ab, "lab", 0, {});
    maker.workqueue(0xbad, "m\x1bss", 0, {});
    Tables tables;
    call_workqueues(tables, maker.snapshot);
    const auto label = [&](const std::string& name, uint64_t identity) {
        return tables.workqueue(tables.add({.name = name, .identity = identity})).label;
    };
    // Not in the order of the snapshot.
    CHECK(label("events", 0xe2) == "events (system_percpu_wq)");
    CHECK(label("events", 0xe1) == "events (system_wq)");
    CHECK(label("m\x1bss", 0xbad) == "m?ss");
    CHECK(label("new", 0x3) == "new");
    CHECK(label("new", 0x4) == "new #00000004");
    CHECK(label("events", 0x5) == "events #00000005");
    // Made before the trace saw the one that has the plain name.
    CHECK(label("lab", 0x6) == "lab #00000006");
    CHECK(label("lab", 0x1ab) == "lab");
    // At an address that was another's.
    CHECK(label("lab", 0x1ab) == "lab #000001ab");
    CHECK(label("other", 0xe1) == "other");
}

TEST_CASE("who asks for workqueues of a trace may mean names and labels")
{
    Tables tables;
    tables.call(0xe1, "events", "events (system_wq)");
    const WorkqueueId events = tables.add({.name = "events", .identity = 0xe1});
    CHECK(tables.is_meant(events, Patterns({"^events$"})));
    CHECK(tables.is_meant(events, Patterns({"system_wq"})));
    CHECK_FALSE(tables.is_meant(events, Patterns({"^system_wq$"})));
}
