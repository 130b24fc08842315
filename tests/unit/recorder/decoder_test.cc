// SPDX-License-Identifier: GPL-2.0
// What records say: names, times, who and what.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <vector>

#include "core/name_table.hh"
#include "core/rescues.hh"
#include "core/told_tasks.hh"
#include "recorder/decoder.hh"
#include "unit/recorder/ring_memory.hh"

using namespace wqctl;
using wqlab::ToldTasks;
using wqlab::TraceRecord;

static constexpr uint32_t in(wqlab_trace_context context) { return context << WQLAB_TRACE_CONTEXT_SHIFT; }

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
    RingMemory memory;
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
    record.who = TraceRecord::who(WQLAB_TRACE_KIND_QUEUE, 12 | in(WQLAB_TRACE_CONTEXT_SOFTIRQ),
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
    CHECK(tables.text(decoder.decode(1, record).comm) == "kworker/0:1?");
    // A softirq that executes an item is not the idle task.
    TraceRecord::set_comm(task, "swapper/2\0\0\0\0\0\0");
    task.who = TraceRecord::who(WQLAB_TRACE_KIND_TASK, 0);
    CHECK(decoder.learn(2, task));
    record.who = TraceRecord::who(WQLAB_TRACE_KIND_QUEUE, in(WQLAB_TRACE_CONTEXT_HARDIRQ));
    CHECK(tables.text(decoder.decode(2, record).comm) == "swapper/2");
    record.who = TraceRecord::who(WQLAB_TRACE_KIND_START, in(WQLAB_TRACE_CONTEXT_SOFTIRQ));
    CHECK(decoder.decode(2, record).comm == 0);
    // Two items may be shown alike: they are not one.
    CHECK(decoder.decode(2, record).item == 0x77);
    record.item = 0x77 | uint64_t{6} << 32;
    CHECK(decoder.decode(2, record).item == record.item);
    record.item = 0xffff'8880'0000'0077;
    CHECK(decoder.decode(2, record).item == record.item);
}

TEST_CASE("of a ring whose oldest gave way a task has a name that is right, that may be, or none", "[recorder]")
{
    RingMemory memory(true);
    Rings rings(memory.bytes.data(), memory.layout, true, memory.spool);
    Tables tables;
    Decoder decoder(rings, memory.layout, tables);
    const auto named = [](const char(&comm)[17], uint32_t flags) {
        wqlab_trace_record task{};
        task.who = TraceRecord::who(WQLAB_TRACE_KIND_TASK, 12, flags);
        TraceRecord::set_comm(task, comm);
        return task;
    };
    wqlab_trace_record start{};
    start.who = TraceRecord::who(WQLAB_TRACE_KIND_START, 12);
    const auto name = [&] { return tables.text(decoder.decode(0, start).comm); };
    const wqlab_trace_record last = named("last\0\0\0\0\0\0\0\0\0\0\0\0", 0);
    const auto expect = [&](uint32_t flags) {
        decoder.forget_tasks();
        decoder.expect(0, start);
        decoder.expect(0, named("first\0\0\0\0\0\0\0\0\0\0\0", flags));
        decoder.expect(0, last);
        return name();
    };
    // As it was read while it was written, to its end.
    decoder.learn(0, last);
    decoder.forget_tasks();
    CHECK(name().empty());
    CHECK(expect(WQLAB_TRACE_TASK_FLAG_AGAIN) == "first");
    CHECK(expect(0) == "first?");
    CHECK(expect(WQLAB_TRACE_TASK_FLAG_RENAMED).empty());
    decoder.learn(0, last);
    CHECK(name() == "last");
}

TEST_CASE("a task's name is told once, until it has another, is pushed out, or its ring is overwritten", "[recorder]")
{
    const auto told = std::make_unique<ToldTasks>();
    char comm[17] = " kworker/0:1\0\0\0";  // whose place need not be a word's
    const auto name = [&] { return ToldTasks::Name::read(comm + 1); };
    CHECK_FALSE(told->has(5, name(), 0));
    told->add(5, name(), 0);
    CHECK(told->has(5, name(), UINT64_MAX - 1));
    CHECK_FALSE(told->has(6, name(), 0));
    comm[16] = 'x';
    CHECK_FALSE(told->has(5, name(), 0));
    told->add(5 + 128, name(), 0);
    CHECK(told->has(5 + 128, name(), 0));
    CHECK_FALSE(told->has(5, name(), 0));
    told->tell_again_after(8);
    told->add(7, name(), 100);
    CHECK(told->has(7, name(), 107));
    CHECK_FALSE(told->has(7, name(), 108));
    // What it says of the events before.
    CHECK(told->what_was_told(7, name()) == WQLAB_TRACE_TASK_FLAG_AGAIN);
    CHECK(told->what_was_told(7 + 128, name()) == 0);
    comm[16] = 'y';
    CHECK(told->what_was_told(7, name()) == WQLAB_TRACE_TASK_FLAG_RENAMED);
}

TEST_CASE("a rescuer is with one pool after the other, and of too many some have no end", "[recorder]")
{
    wqlab::Rescues rescues;
    wqlab::Rescues::Stay stay;
    CHECK_FALSE(rescues.any());
    CHECK_FALSE(rescues.end(0, stay));
    for (uint32_t pid = 1; pid <= 70; pid++)
        rescues.begin(pid, {static_cast<uint16_t>(pid), WQLAB_TRACE_NO_POOL});
    uint32_t ended = 0;
    for (uint32_t pid = 70; pid; pid--) {
        if (!rescues.end(pid, stay))
            continue;
        ended++;
        CHECK(stay.pool == pid);
        CHECK(stay.workqueue == WQLAB_TRACE_NO_POOL);
        CHECK_FALSE(rescues.end(pid, stay));
    }
    CHECK(ended == 64);
    CHECK_FALSE(rescues.any());
}
