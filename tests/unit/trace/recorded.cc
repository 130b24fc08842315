// SPDX-License-Identifier: GPL-2.0
#include "recorded.hh"

#include "trace/json.hh"
#include "trace/perfetto/writer.hh"
#include "trace/stories.hh"

using namespace wqctl;

Recorded::Recorded()
{
    head.version = "0.0";
    head.kernel = "6.12.0-test";
    head.machine = "box";
    head.command = "wqctl trace -o x";
    head.cpus = 2;
    head.clock = "monotonic";
    head.clock_error_ns = 100;
    head.buffer_bytes = 8 << 20;
    head.begun_boot_ns = 5'000'000'000;
    head.begun_wall_ns = 1'800'000'000'000'000'000;
    tail.elapsed_ns = 1'000'000;
    tail.ns_per_event = 90.5;
    tail.ended_by = "time";
    events_wq = tables.add({.name = "events", .identity = 0xe1, .max_active = 1024});
    lab = tables.add({.name = "lab", .identity = 0x1ab, .unbound = true, .ordered = true, .max_active = 1});
    other_events = tables.add({.name = "events", .identity = 0xe2, .bh = true});
    tables.add(kPool, {.cpu = 1, .cpus = "1"});
    tables.add(kHighpriPool, {.cpu = 1, .cpus = "1", .nice = -20});
    tables.add(kUnboundPool, {.cpu = -1, .cpus = "0-1"});
    tables.add(kBhPool, {.cpu = 1, .cpus = "1", .bh = true});
}

Event& Recorded::add(Event event)
{
    tail.events++;
    return events.emplace_back(event);
}

Event& Recorded::queue(uint64_t time, uint64_t item, std::string_view function, WorkqueueId workqueue, int32_t pool,
                       bool held_back)
{
    Event event;
    event.kind = EventKind::kQueue;
    event.time = time;
    event.item = item;
    event.function = tables.name(function);
    event.workqueue = workqueue;
    event.pool = pool;
    event.held_back = held_back;
    event.pid = 212;
    event.comm = tables.name("cat");
    event.caller = tables.name("read_it");
    event.value = kAnyCpu;
    return add(event);
}

Event& Recorded::of_item(EventKind kind, uint64_t time, uint64_t item)
{
    Event event;
    event.kind = kind;
    event.time = time;
    event.item = item;
    return add(event);
}

Event& Recorded::start(uint64_t time, uint64_t item, std::string_view function, WorkqueueId workqueue, int32_t worker,
                       int32_t pool)
{
    Event& event = in_worker(EventKind::kStart, time, worker, pool, item);
    event.function = tables.name(function);
    event.workqueue = workqueue;
    return event;
}

Event& Recorded::in_worker(EventKind kind, uint64_t time, int32_t worker, int32_t pool, uint64_t item)
{
    Event event;
    event.kind = kind;
    event.time = time;
    event.item = item;
    event.cpu = 1;
    event.pool = pool;
    event.pid = worker;
    event.comm = worker ? tables.name("kworker/1:" + std::to_string(worker)) : 0;
    return add(event);
}

Event& Recorded::lost(uint64_t from, uint64_t until, uint32_t count, uint16_t cpu)
{
    Event event;
    event.kind = EventKind::kLost;
    event.time = from;
    event.other = until;
    event.value = count;
    event.cpu = cpu;
    tail.lost.push_back({cpu, count});
    return add(event);
}

Event& Recorded::flush(uint64_t time, int32_t pid, uint64_t barrier, uint64_t awaited)
{
    Event event;
    event.kind = EventKind::kFlushBegins;
    event.time = time;
    event.item = barrier;
    event.other = awaited;
    event.pid = pid;
    event.comm = tables.name("umount");
    event.function = barrier ? tables.name("wq_barrier_func") : 0;
    event.detail = tables.name("flush_work");
    event.workqueue = events_wq;
    event.pool = kPool;
    return add(event);
}

void Recorded::play(EventSink& sink) const
{
    sink.begin(head, tables);
    for (const Event& event : events)
        sink.event(event);
    sink.end(tail);
}

Told told(const Recorded& recorded)
{
    Told all;
    Stories stories(all);
    recorded.play(stories);
    return all;
}

std::string told_as_json(const Recorded& recorded)
{
    std::string text;
    JsonLines lines([&](std::string_view line) { text += line; });
    Stories stories(lines);
    recorded.play(stories);
    return text;
}

std::string file_of(const Recorded& recorded)
{
    std::string file;
    perfetto::Writer writer([&](std::string_view packets) { file += packets; });
    Stories stories(writer);
    recorded.play(stories);
    return file;
}

Recorded all_sorts()
{
    Recorded it;
    it.head.only = {"events", "lab"};
    it.head.missing = {"worker made", "mayday"};
    it.tail.clocks_differ = true;
    it.tail.passed_over = {{"cancel_work()", 2}, {"maydays", 1'000}};
    // Seen running, not starting.
    it.in_worker(EventKind::kSleep, 500, 63, Recorded::kUnboundPool, 0x63).function = it.tables.name("old_fn");
    // The same, and nothing says what it is until it ends.
    it.in_worker(EventKind::kSleep, 600, 65, Recorded::kUnboundPool, 0x65);
    it.in_worker(EventKind::kWake, 700, 65, Recorded::kUnboundPool, 0x65);
    it.in_worker(EventKind::kEnd, 800, 65, Recorded::kUnboundPool, 0x65).function = it.tables.name("named_late_fn");
    it.queue(1'000, 0xa, "hog_fn", it.events_wq).context = EventContext::kTimer;
    it.start(2'000, 0xa, "hog_fn", it.events_wq, 61);
    Event& asked = it.queue(3'000, 0xb, "victim_fn", it.events_wq);
    asked.value = 1;
    asked.likely_caller = true;
    it.flush(4'000, 300, 0xf, 0xb);
    it.queue(5'000, 0xc, "first_fn", it.lab, Recorded::kUnboundPool);
    it.queue(6'000, 0xd, "second_fn", it.lab, Recorded::kUnboundPool, true);
    it.queue(6'500, 0xe, "third_fn", it.lab, Recorded::kUnboundPool, true);
    it.start(7'000, 0xc, "first_fn", it.lab, 62, Recorded::kUnboundPool);
    // While it runs, it queues another.
    Event& within = it.queue(7'500, 0x10, "child_fn", it.events_wq);
    within.pid = 62;
    within.comm = it.tables.name("kworker/1:62");
    it.in_worker(EventKind::kSleep, 8'000, 62, Recorded::kUnboundPool).value = 2;
    it.in_worker(EventKind::kWake, 9'000, 62, Recorded::kUnboundPool);
    it.in_worker(EventKind::kEnd, 10'000, 62, Recorded::kUnboundPool, 0xc);
    Event& activation = it.of_item(EventKind::kActivate, 10'100, 0xd);
    activation.pool = Recorded::kUnboundPool;
    it.of_item(EventKind::kCancel, 10'200, 0xe);
    it.in_worker(EventKind::kEnd, 12'000, 61, Recorded::kPool, 0xa);
    it.start(12'500, 0xb, "victim_fn", it.events_wq, 61);
    it.in_worker(EventKind::kEnd, 13'000, 61, Recorded::kPool, 0xb);
    it.start(13'100, 0xf, "wq_barrier_func", 0, 61);
    it.in_worker(EventKind::kEnd, 13'200, 61, Recorded::kPool, 0xf);
    it.start(13'300, 0xd, "second_fn", it.lab, 62, Recorded::kUnboundPool);
    it.lost(13'400, 14'000, 42);
    // Its end was lost, and the start of the next.
    it.in_worker(EventKind::kEnd, 15'000, 62, Recorded::kUnboundPool, 0x20).function = it.tables.name("unseen_fn");
    // Queued again, so it must have run.
    it.queue(16'000, 0x10, "child_fn", it.events_wq).context = EventContext::kHardirq;
    it.queue(16'100, 0x30, "bh_fn", it.other_events, Recorded::kBhPool).context = EventContext::kSoftirq;
    it.start(16'200, 0x30, "bh_fn", it.other_events, 0, Recorded::kBhPool);
    it.in_worker(EventKind::kEnd, 16'300, 0, Recorded::kBhPool, 0x30);
    // Comes late, when the only lane has been used since.
    it.queue(16'150, 0x31, "late_fn", it.lab, Recorded::kUnboundPool, true);
    for (const EventKind kind : {EventKind::kManagerBegins, EventKind::kWorkerMade, EventKind::kManagerEnds,
                                 EventKind::kMayday, EventKind::kRescueBegins, EventKind::kRescueEnds,
                                 EventKind::kWorkerGone, EventKind::kAttributes, EventKind::kCondition}) {
        Event& event = it.in_worker(kind, 17'000 + static_cast<uint64_t>(kind), 64);
        event.workqueue = it.lab;
        event.detail = it.tables.name("nice -5");
        event.item = kind == EventKind::kCondition ? 0xb : 0;
    }
    it.flush(18'000, 301, 0, 0);
    // Its barrier is seen when it starts.
    it.start(18'100, 0x32, "awaited_fn", it.events_wq, 61);
    it.flush(18'200, 302, 0, 0x32);
    it.in_worker(EventKind::kEnd, 18'300, 61, Recorded::kPool, 0x32);
    it.start(18'310, 0x33, "wq_barrier_func", 0, 61);
    it.in_worker(EventKind::kEnd, 18'320, 61, Recorded::kPool, 0x33);
    it.of_item(EventKind::kFlushEnds, 18'400, 0).pid = 302;
    Event& flushed = it.of_item(EventKind::kFlushEnds, 19'000, 0);
    flushed.pid = 301;
    // Goes on at the end.
    it.start(20'000, 0x40, "last_fn", it.events_wq, 61);
    return it;
}
