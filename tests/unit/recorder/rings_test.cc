// SPDX-License-Identifier: GPL-2.0
// Rings as the module writes them, and as they are read: the same code, in memory of the test's own.
#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <thread>

#include "core/event_ring.hh"
#include "core/name_table.hh"
#include "core/trace_memory.hh"
#include "recorder/decoder.hh"
#include "recorder/rings.hh"
#include "unit/recorder/temporary.hh"

using namespace wqctl;
using wqlab::EventRing;
using wqlab::TraceMemory;
using wqlab::TraceRecord;

namespace {

constexpr uint32_t kCpus = 3, kEvents = 16;

struct Memory {
    explicit Memory(bool overwrite = false)
    {
        layout.cpus = kCpus;
        layout.events = kEvents;
        layout.names = WQLAB_LIMIT_TRACE_NAMES;
        layout.names_at = TraceMemory::names_at(kCpus);
        layout.rings_at = TraceMemory::rings_at(kCpus);
        layout.begun_stamp = 1000;
        layout.mult = 1u << 22;
        layout.shift = 22;
        for (uint32_t cpu = 0; cpu < kCpus; cpu++)
            rings[cpu] = EventRing(reinterpret_cast<wqlab_trace_cpu*>(bytes.data()) + cpu,
                                   reinterpret_cast<wqlab_trace_record*>(bytes.data() + layout.rings_at) +
                                       size_t{cpu} * kEvents,
                                   kEvents, overwrite);
    }

    bool write(uint32_t cpu, uint64_t stamp, uint64_t item = 1)
    {
        wqlab_trace_record* record = rings[cpu].next(stamp);
        if (!record)
            return false;
        *record = {};
        record->stamp = stamp;
        record->item = item;
        record->who = TraceRecord::who(WQLAB_TRACE_KIND_ACTIVATE, 0);
        rings[cpu].commit();
        return true;
    }

    wqlab_trace_layout layout{};
    std::vector<std::byte> bytes = std::vector<std::byte>(TraceMemory::size(kEvents, kCpus));
    std::array<EventRing, kCpus> rings;
    Spool spool{kCpus, size_t{4} << 20};
};

std::vector<uint64_t> stamps(Rings& rings, bool all = false)
{
    std::vector<uint64_t> found;
    rings.take([&](uint32_t, const wqlab_trace_record& record) { found.push_back(record.stamp); }, all);
    return found;
}

using Stamps = std::vector<uint64_t>;

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
    Memory memory;
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
    Memory memory;
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
    Memory memory;
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
    Memory memory;
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
    Memory memory;
    Rings rings(memory.bytes.data(), memory.layout, false, memory.spool);
    memory.write(0, 1);
    CHECK(rings.drain(0));
    for (uint64_t i = 0; i < kEvents; i++)
        memory.write(0, 2 + i);
    CHECK_FALSE(rings.drain(0));
}

TEST_CASE("rings are written, drained and taken from at once, and each event comes once, in order", "[recorder]")
{
    Memory memory;
    Rings rings(memory.bytes.data(), memory.layout, false, memory.spool);
    constexpr uint64_t kAll = 200'000;
    std::atomic<uint64_t> written = 0;
    std::atomic<bool> over = false;
    uint64_t lost = 0;
    std::thread writer([&] {
        for (uint64_t stamp = 1; stamp <= kAll; stamp++) {
            lost += !memory.write(static_cast<uint32_t>(stamp) % kCpus, stamp);
            written = stamp;
        }
        over = true;
    });
    // One writer stands for the CPUs, so what it has done is what had to be seen: time is its count.
    std::thread drainer([&] {
        while (!over)
            rings.drain(written * 1'000'000);
    });
    uint64_t newest = 0, taken = 0;
    bool in_order = true;
    const auto take = [&](bool all) {
        rings.take(
            [&](uint32_t, const wqlab_trace_record& record) {
                // A gap is told when it is over.
                if (TraceRecord::kind(record) == WQLAB_TRACE_KIND_LOST)
                    return;
                in_order &= record.stamp > newest;
                newest = record.stamp;
                taken++;
            },
            all);
    };
    while (!over)
        take(false);
    writer.join();
    drainer.join();
    take(true);
    CHECK(in_order);
    CHECK(taken + lost == kAll);
}

TEST_CASE("where nothing more can be kept, what is older than all that waits is due", "[recorder]")
{
    const NoTemporaryFiles none;
    Memory memory;
    Spool small(kCpus, Spool::kBlock * sizeof(wqlab_trace_record));
    Rings rings(memory.bytes.data(), memory.layout, false, small);
    for (uint64_t i = 0; i < kEvents; i++)
        memory.write(0, 100 + i);
    drain(rings);
    memory.write(0, 200);
    CHECK(rings.drain(0));
    CHECK(stamps(rings).size() == kEvents);
    CHECK(stamps(rings).empty());  // and gives back the memory
    // Which is seen by one, and used by the next; two more, and it is due.
    for (int i = 0; i < 4; i++)
        drain(rings);
    CHECK(stamps(rings) == Stamps{200});
}

TEST_CASE("what comes behind something newer is counted", "[recorder]")
{
    Memory memory;
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
    Memory memory;
    for (uint64_t i = 0; i < kEvents; i++)
        memory.write(0, 100 + i);
    for (const uint64_t tail : {uint64_t{kEvents + 1}, ~uint64_t{0}, uint64_t{1} << 63}) {
        reinterpret_cast<wqlab_trace_cpu*>(memory.bytes.data())->tail = tail;
        CHECK_FALSE(memory.write(0, 200));
    }
}

TEST_CASE("where the oldest give way, the last are there, from whenever they are asked for", "[recorder]")
{
    Memory memory(true);
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

TEST_CASE("two places are there, or none is taken", "[recorder]")
{
    Memory memory;
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

TEST_CASE("a name is kept once, and has a number", "[recorder]")
{
    std::vector<uint64_t> keys(64);
    std::vector<wqlab_trace_name> names(64);
    wqlab::NameTable table({keys.data(), keys.size()}, names.data());
    std::map<uint32_t, uint64_t> numbers;
    const auto find = [&](uint64_t key) {
        return table.find(key, [&](wqlab_trace_name& name) { name.identity = key; });
    };
    for (uint64_t key = 1; key <= 64; key++)
        numbers[find(key << 12)] = key << 12;
    CHECK(numbers.size() == 64);
    for (const auto& [number, key] : numbers) {
        CHECK(find(key) == number);
        CHECK(names.at(number - 1).identity == key);
        CHECK(names.at(number - 1).ready == 1);
    }
    CHECK(find(uint64_t{1} << 40) == 0);
}

TEST_CASE("records are decoded: names, times, who and what", "[recorder]")
{
    Memory memory;
    auto* const names = reinterpret_cast<wqlab_trace_name*>(memory.bytes.data() + memory.layout.names_at);
    const auto name = [&](uint32_t number, const char* text) -> wqlab_trace_name& {
        std::copy_n(text, std::char_traits<char>::length(text), names[number - 1].text);
        names[number - 1].ready = 1;
        return names[number - 1];
    };
    name(1, "psi_avgs_work");
    name(2, "events").identity = 0xabc;
    names[1].flags = WQLAB_WQ_UNBOUND;
    names[1].max_active = 256;
    name(3, "call_timer_fn");
    Rings rings(memory.bytes.data(), memory.layout, false, memory.spool);
    Tables tables;
    Decoder decoder(rings, memory.layout, tables);
    wqlab_trace_record record{};
    record.stamp = 3500;
    record.item = 0x77 | uint64_t{5} << 32;
    record.who = TraceRecord::who(WQLAB_TRACE_KIND_QUEUE, 12, WQLAB_TRACE_CONTEXT_SOFTIRQ,
                                  WQLAB_TRACE_FLAG_LIKELY_CALLER);
    record.function = 1;
    record.workqueue = 2;
    record.caller = 3;
    record.pool = 4;
    record.value = WQLAB_NONE;
    wqlab_trace_record task{};
    task.who = TraceRecord::who(WQLAB_TRACE_KIND_TASK, 12);
    TraceRecord::set_comm(task, "kworker/0:1\0\0\0\0");
    CHECK_FALSE(Decoder::knows(task));
    CHECK(decoder.learn(2, task));
    CHECK_FALSE(decoder.learn(2, record));
    const Event event = decoder.decode(2, record);
    CHECK(event.kind == EventKind::kQueue);
    CHECK(event.time == 2500);
    CHECK(event.item == 0x77);
    CHECK(event.cpu == 2);
    CHECK(event.context == EventContext::kTimer);
    CHECK(event.likely_caller);
    CHECK(event.pid == 12);
    CHECK(event.pool == 4);
    CHECK(event.value == kAnyCpu);
    CHECK(tables.text(event.function) == "psi_avgs_work");
    CHECK(event.caller == 0);  // who set the timer is not known any more
    CHECK(tables.text(event.comm) == "kworker/0:1");
    CHECK(tables.workqueue(event.workqueue).name == "events");
    CHECK(tables.workqueue(event.workqueue).identity == 0xabc);
    CHECK(tables.workqueue(event.workqueue).unbound);
    CHECK(tables.workqueue(event.workqueue).max_active == 256);
    // Numbers that nobody vouches for.
    record.function = record.workqueue = record.caller = UINT16_MAX;
    record.who = UINT32_MAX;
    CHECK_FALSE(Decoder::knows(record));
    record.who = TraceRecord::who(WQLAB_TRACE_KIND_START, 13);
    CHECK(decoder.decode(2, record).function == 0);
    // What another CPU's tasks are called this one has not said.
    CHECK(decoder.decode(2, record).comm == 0);
    record.who = TraceRecord::who(WQLAB_TRACE_KIND_START, 12);
    CHECK(decoder.decode(1, record).comm == 0);
    decoder.expect(1, task);
    CHECK(tables.text(decoder.decode(1, record).comm) == "kworker/0:1");
    // A softirq that executes an item is not the idle task.
    TraceRecord::set_comm(task, "swapper/2\0\0\0\0\0\0");
    task.who = TraceRecord::who(WQLAB_TRACE_KIND_TASK, 0);
    CHECK(decoder.learn(2, task));
    record.who = TraceRecord::who(WQLAB_TRACE_KIND_QUEUE, 0, WQLAB_TRACE_CONTEXT_HARDIRQ);
    CHECK(tables.text(decoder.decode(2, record).comm) == "swapper/2");
    record.who = TraceRecord::who(WQLAB_TRACE_KIND_START, 0, WQLAB_TRACE_CONTEXT_SOFTIRQ);
    CHECK(decoder.decode(2, record).comm == 0);
    // Two items may be shown alike: they are not one.
    CHECK(decoder.decode(2, record).item == 0x77);
    record.item = 0x77 | uint64_t{6} << 32;
    CHECK(decoder.decode(2, record).item == record.item);
    record.item = 0xffff'8880'0000'0077;
    CHECK(decoder.decode(2, record).item == record.item);
}
