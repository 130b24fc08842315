// SPDX-License-Identifier: GPL-2.0
// Writes a recording of so many items as wqctl trace does, of events that it makes up: 4 CPUs, each with 32 items in
// flight of 8 workqueues, every fourth of which sleeps. On all of them one runs at once.
// Usage: items FILE ITEMS
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "trace/formats.hh"

using namespace wqctl;

namespace {

class Machine {
public:
    Machine(EventSink& sink, Tables& tables) : sink_(sink)
    {
        for (size_t i = 0; i < workqueues_.size(); i++)
            workqueues_[i] = tables.add({.name = "workqueue" + std::to_string(i), .identity = 0x1000 + i});
        for (size_t i = 0; i < functions_.size(); i++)
            functions_[i] = tables.name("some_function_work_fn_" + std::to_string(i));
        for (size_t i = 0; i < tasks_.size(); i++)
            tasks_[i] = tables.name("task" + std::to_string(i));
        for (uint16_t cpu = 0; cpu < kCpus; cpu++) {
            tables.add(pool(cpu), {.cpu = cpu, .cpus = std::to_string(cpu)});
            workers_[cpu] = tables.name("kworker/" + std::to_string(cpu) + ":1");
        }
        caller_ = tables.name("queue_it_now");
    }

    void queue(uint64_t item)
    {
        Event event = of(item);
        event.pid = 100 + static_cast<int32_t>(item % tasks_.size());
        event.comm = tasks_[item % tasks_.size()];
        event.caller = caller_;
        event.value = kAnyCpu;
        tell(event, EventKind::kQueue, 250);
        tell(event, EventKind::kActivate, 50);
    }

    // And so many behind it, of as many CPUs.
    void run(uint64_t first)
    {
        const auto each = [&](EventKind kind, uint64_t after_ns) {
            for (uint64_t item = first; item < first + kCpus; item++) {
                const bool sleeps = (item + item / kCpus) % 4 == 0;
                if ((kind == EventKind::kSleep || kind == EventKind::kWake) && !sleeps)
                    continue;
                Event event = of(item);
                event.pid = 1000 + event.cpu;
                event.comm = workers_[event.cpu];
                event.value = sleeps ? 2 : 0;
                tell(event, kind, after_ns);
            }
        };
        each(EventKind::kStart, 250);
        each(EventKind::kSleep, 50);
        each(EventKind::kWake, 50);
        each(EventKind::kEnd, 250);
    }

    uint64_t events() const { return events_; }
    uint64_t now() const { return now_; }

    static constexpr uint16_t kCpus = 4;

private:
    static int32_t pool(uint16_t cpu) { return 2 + 2 * cpu; }

    Event of(uint64_t item) const
    {
        Event event;
        event.cpu = static_cast<uint16_t>(item % kCpus);
        event.pool = pool(event.cpu);
        event.item = 0x9e3779b9 * (item + 1) & UINT32_MAX;
        event.workqueue = workqueues_[item % workqueues_.size()];
        event.function = functions_[item % functions_.size()];
        return event;
    }

    void tell(Event& event, EventKind kind, uint64_t after_ns)
    {
        event.kind = kind;
        event.time = now_ += after_ns;
        sink_.event(event);
        events_++;
    }

    EventSink& sink_;
    std::array<WorkqueueId, 8> workqueues_{};
    std::array<NameId, 40> functions_{};
    std::array<NameId, 20> tasks_{};
    std::array<NameId, kCpus> workers_{};
    NameId caller_ = 0;
    uint64_t now_ = 0;
    uint64_t events_ = 0;
};

}  // namespace

int main(int argc, char** argv)
{
    std::FILE* const file = argc == 3 ? std::fopen(argv[1], "wb") : nullptr;
    if (!file)
        return 2;
    const uint64_t in_flight = 32 * Machine::kCpus,
                   items = std::strtoull(argv[2], nullptr, 10) / Machine::kCpus * Machine::kCpus;
    const auto writer = make_trace_writer(TraceFormat::kPerfetto,
                                          [file](std::string_view text) {
                                              if (std::fwrite(text.data(), 1, text.size(), file) != text.size())
                                                  std::abort();
                                          },
                                          {});
    Tables tables;
    Machine machine(*writer, tables);
    Head head;
    head.cpus = Machine::kCpus;
    writer->begin(head, tables);
    for (uint64_t i = 0; i < items + in_flight; i += Machine::kCpus) {
        for (uint64_t item = i; item < i + Machine::kCpus && i < items; item++)
            machine.queue(item);
        if (i >= in_flight)
            machine.run(i - in_flight);
    }
    Tail tail;
    tail.elapsed_ns = machine.now();
    tail.events = machine.events();
    tail.ended_by = "time";
    writer->end(tail);
    return std::fclose(file) != 0;
}
