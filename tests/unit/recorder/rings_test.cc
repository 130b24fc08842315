// SPDX-License-Identifier: GPL-2.0
// Rings as the module writes them, and as they are read: the same code, in memory of the test's own.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "recorder/rings.hh"
#include "unit/recorder/ring_memory.hh"
#include "unit/recorder/temporary.hh"

using namespace wqctl;
using wqlab::TraceRecord;

namespace {

constexpr uint32_t kCpus = RingMemory::kCpus, kEvents = RingMemory::kEvents;

std::vector<uint64_t> stamps(Rings& rings, bool all = false)
{
    std::vector<uint64_t> found;
    rings.take([&](uint32_t, const wqlab_trace_record& record) { found.push_back(record.stamp); }, all);
    return found;
}

using Stamps = std::vector<uint64_t>;

constexpr uint64_t kAll = 200'000;

struct Seen {
    uint64_t taken = 0;
    uint64_t lost = 0;
    bool whole_and_in_order = true;
};

// So many in turn to so many CPUs, while they are drained, where they are, and taken.
Seen write_and_take(RingMemory& memory, Rings& rings, uint32_t cpus)
{
    Seen seen;
    std::atomic<uint64_t> written = 0;
    std::atomic<bool> over = false;
    std::thread writer([&] {
        for (uint64_t stamp = 1; stamp <= kAll; stamp++) {
            seen.lost += !memory.write(static_cast<uint32_t>(stamp) % cpus, stamp, stamp);
            written = stamp;
        }
        over = true;
    });
    // One writer stands for the CPUs, so what it has done is what had to be seen: time is its count.
    std::thread drainer([&] {
        while (!over)
            rings.drain(written * 1'000'000);
    });
    uint64_t newest = 0;
    const auto take = [&](bool all) {
        rings.take(
            [&](uint32_t, const wqlab_trace_record& record) {
                // A gap is told when it is over.
                if (TraceRecord::kind(record) == WQLAB_TRACE_KIND_LOST)
                    return;
                seen.whole_and_in_order &= record.item == record.stamp && record.stamp > newest;
                newest = record.stamp;
                seen.taken++;
            },
            all);
    };
    while (!over)
        take(false);
    writer.join();
    drainer.join();
    take(true);
    return seen;
}

// Rings are drained by a clock of the test's own.
uint64_t drain(Rings& rings)
{
    static uint64_t now = 0;
    rings.drain(now += 10'000'000);
    return now;
}

}  // namespace

TEST_CASE("events of all CPUs come in one order, the newest when nothing older can come", "[recorder]")
{
    RingMemory memory;
    Rings rings(memory.bytes.data(), memory.layout, false, memory.spool);
    memory.write(0, 10);
    memory.write(2, 20);
    CHECK(stamps(rings).empty());
    drain(rings);
    const uint64_t now = drain(rings);
    CHECK(stamps(rings).empty());
    // It was on its way, and is older than what was seen.
    memory.write(1, 15);
    memory.write(0, 30);
    // Too soon: there may be more of that kind.
    rings.drain(now + 1000);
    CHECK(stamps(rings).empty());
    drain(rings);
    CHECK(stamps(rings) == Stamps{10, 15, 20});
    memory.write(1, 40);
    drain(rings);
    CHECK(stamps(rings) == Stamps{30});
    memory.write(1, 50);
    // What is in the rings comes behind what was drained.
    CHECK(stamps(rings, true) == Stamps{40, 50});
    CHECK(stamps(rings, true).empty());
}

TEST_CASE("what has no room is lost, counted, and told in front of what comes next", "[recorder]")
{
    RingMemory memory;
    Rings rings(memory.bytes.data(), memory.layout, false, memory.spool);
    for (uint64_t i = 0; i < kEvents; i++)
        CHECK(memory.write(0, 100 + i));
    for (uint64_t i = 0; i < 5; i++)
        CHECK_FALSE(memory.write(0, 200 + i));
    CHECK(rings.loss(0).events == 5);
    CHECK(rings.loss(0).gap == 5);
    CHECK(rings.loss(0).gap_stamp == 200);
    CHECK(stamps(rings, true).size() == kEvents);
    CHECK(memory.write(0, 300));
    std::vector<wqlab_trace_record> found;
    rings.take([&](uint32_t, const wqlab_trace_record& record) { found.push_back(record); }, true);
    REQUIRE(found.size() == 2);
    CHECK(TraceRecord::kind(found[0]) == WQLAB_TRACE_KIND_LOST);
    CHECK(found[0].stamp == 200);
    CHECK(found[0].item == 300);
    CHECK(found[0].value == 5);
    CHECK(found[1].stamp == 300);
    CHECK(rings.loss(0).gap == 0);
    CHECK(rings.loss(0).events == 5);
    CHECK(rings.loss(1).events == 0);
}

TEST_CASE("one place is no room for a gap and what comes behind it", "[recorder]")
{
    RingMemory memory;
    Rings rings(memory.bytes.data(), memory.layout, false, memory.spool);
    for (uint64_t i = 0; i < kEvents; i++)
        memory.write(0, 100 + i);
    CHECK_FALSE(memory.write(0, 200));
    reinterpret_cast<wqlab_trace_cpu*>(memory.bytes.data())->tail = 1;
    CHECK_FALSE(memory.write(0, 201));
    CHECK(rings.loss(0).gap == 2);
    reinterpret_cast<wqlab_trace_cpu*>(memory.bytes.data())->tail = 2;
    CHECK(memory.write(0, 202));
}

TEST_CASE("a ring that is drained has room, whether or not anybody takes its events", "[recorder]")
{
    RingMemory memory;
    Rings rings(memory.bytes.data(), memory.layout, false, memory.spool);
    constexpr uint64_t kAll = 100 * kEvents;
    for (uint64_t stamp = 0; stamp < kAll; stamp++) {
        CHECK(memory.write(static_cast<uint32_t>(stamp) % kCpus, 1 + stamp));
        if (stamp % kEvents == 0)
            drain(rings);
    }
    uint64_t newest = 0;
    rings.take([&](uint32_t, const wqlab_trace_record& record) { CHECK(record.stamp == ++newest); }, false, 7);
    CHECK(newest == 7);
    CHECK(rings.behind());
    rings.take([&](uint32_t, const wqlab_trace_record& record) { CHECK(record.stamp == ++newest); }, true);
    CHECK(newest == kAll);
    CHECK(rings.loss(0).events == 0);
}

TEST_CASE("a drain says whether a ring was nearly full", "[recorder]")
{
    RingMemory memory;
    Rings rings(memory.bytes.data(), memory.layout, false, memory.spool);
    memory.write(0, 1);
    CHECK(rings.drain(0));
    for (uint64_t i = 0; i < kEvents; i++)
        memory.write(0, 2 + i);
    CHECK_FALSE(rings.drain(0));
}

TEST_CASE("rings are written, drained and taken from at once, and each event comes once, in order", "[recorder]")
{
    RingMemory memory;
    Rings rings(memory.bytes.data(), memory.layout, false, memory.spool);
    const Seen seen = write_and_take(memory, rings, kCpus);
    CHECK(seen.whole_and_in_order);
    CHECK(seen.taken + seen.lost == kAll);
}

TEST_CASE("where nothing more can be kept, what is older than all that waits is due", "[recorder]")
{
    const NoTemporaryFiles none;
    RingMemory memory;
    Spool small(kCpus, Spool::kBlock * sizeof(wqlab_trace_record));
    Rings rings(memory.bytes.data(), memory.layout, false, small);
    for (uint64_t i = 0; i < Spool::kBlock; i++) {
        memory.write(0, 100 + i);
        if ((i + 1) % kEvents == 0)
            drain(rings);
    }
    memory.write(0, 1000);
    CHECK(rings.drain(0));
    CHECK(stamps(rings).size() == Spool::kBlock);
    CHECK(stamps(rings).empty());  // and gives back the memory
    // Which is seen by one, and used by the next; two more, and it is due.
    for (int i = 0; i < 4; i++)
        drain(rings);
    CHECK(stamps(rings) == Stamps{1000});
}

TEST_CASE("what comes behind something newer is counted", "[recorder]")
{
    RingMemory memory;
    Rings rings(memory.bytes.data(), memory.layout, false, memory.spool);
    memory.write(0, 100);
    CHECK(stamps(rings, true) == Stamps{100});
    CHECK(rings.late() == 0);
    memory.write(1, 70);
    memory.write(0, 110);
    CHECK(stamps(rings, true) == Stamps{70, 110});
    CHECK(rings.late() == 1);
    CHECK(rings.latest() == 30);
}

TEST_CASE("a tail that makes no sense lets nothing be overwritten", "[recorder]")
{
    RingMemory memory;
    for (uint64_t i = 0; i < kEvents; i++)
        memory.write(0, 100 + i);
    for (const uint64_t tail : {uint64_t{kEvents + 1}, ~uint64_t{0}, uint64_t{1} << 63}) {
        reinterpret_cast<wqlab_trace_cpu*>(memory.bytes.data())->tail = tail;
        CHECK_FALSE(memory.write(0, 200));
    }
}

TEST_CASE("where the oldest give way, the last are there, from whenever they are asked for", "[recorder]")
{
    RingMemory memory(true);
    Rings rings(memory.bytes.data(), memory.layout, true, memory.spool);
    for (uint64_t i = 0; i < 100; i++)
        CHECK(memory.write(1, 100 + i));
    CHECK(rings.loss(1).events == 0);
    const Stamps seen = stamps(rings, true);
    REQUIRE_FALSE(seen.empty());
    CHECK(seen.back() == 199);
    CHECK(rings.missed() == 100 - seen.size());
    rings.rewind();
    const Stamps all = stamps(rings, true);
    // Of one place the reader can't be sure.
    CHECK(all.size() == kEvents - 1);
    CHECK(all.front() == 200 - (kEvents - 1));
    CHECK(all.back() == 199);
}

TEST_CASE("what was overwritten before it was read is counted, and its place is known", "[recorder]")
{
    RingMemory memory(true);
    Rings rings(memory.bytes.data(), memory.layout, true, memory.spool);
    memory.write(0, 10);
    CHECK(stamps(rings).empty());
    CHECK(stamps(rings) == Stamps{10});
    for (uint64_t i = 0; i < 2 * kEvents; i++)
        memory.write(0, 100 + i);
    // Seen, and not due yet.
    CHECK(stamps(rings).empty());
    CHECK(rings.missed() > 0);
    CHECK(rings.in_gap());
    CHECK(rings.gaps() == 0);
    memory.write(1, 50);
    const Stamps next = stamps(rings);
    REQUIRE(next.size() > 1);
    CHECK(next[0] == 50);
    CHECK_FALSE(rings.in_gap());
    CHECK(rings.gaps() == 1);
    // Whatever was late while they were read as they came is not so in what is read anew.
    memory.write(2, 5);
    stamps(rings, true);
    CHECK(rings.late() == 1);
    rings.rewind();
    stamps(rings, true);
    CHECK(rings.late() == 0);
}

TEST_CASE("of a ring that is read while it is overwritten each event is whole, or missed", "[recorder]")
{
    RingMemory memory(true);
    Rings rings(memory.bytes.data(), memory.layout, true, memory.spool);
    // Of several it may be told late what another CPU has written before.
    const Seen seen = write_and_take(memory, rings, 1);
    CHECK(seen.whole_and_in_order);
    CHECK(seen.lost == 0);
    CHECK(seen.taken + rings.missed() == kAll);
}

TEST_CASE("two places are there, or none is taken", "[recorder]")
{
    RingMemory memory;
    Rings rings(memory.bytes.data(), memory.layout, false, memory.spool);
    for (uint64_t i = 0; i + 1 < kEvents; i++)
        memory.write(0, 100 + i);
    CHECK_FALSE(memory.rings[0].next(200, 2));
    CHECK(rings.loss(0).events == 1);
    CHECK(memory.rings[0].head() == kEvents - 1);
    CHECK(stamps(rings, true).size() == kEvents - 1);
    // The gap, and two more.
    CHECK(memory.rings[0].next(300, 2));
    CHECK(memory.write(0, 300));
    CHECK(memory.write(0, 300));
    CHECK(rings.loss(0).events == 1);
    CHECK(stamps(rings, true) == Stamps{200, 300, 300});
}
