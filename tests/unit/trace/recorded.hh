// SPDX-License-Identifier: GPL-2.0
// A recording that a test makes event by event, and what is told of it.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "trace/event.hh"
#include "trace/story.hh"

// A machine with a CPU's pool 2 (CPU 1), pool 3 (CPU 1, highpri), an unbound pool 8 and a BH pool 9 (CPU 1);
// workqueues "events", "lab" (max_active 1) and another "events".
class Recorded {
public:
    Recorded();

    wqctl::Head head;
    wqctl::Tail tail;
    wqctl::Tables tables;
    wqctl::WorkqueueId events_wq = 0, lab = 0, other_events = 0;
    std::vector<wqctl::Event> events;

    static constexpr int32_t kPool = 2, kHighpriPool = 3, kUnboundPool = 8, kBhPool = 9;

    // By cat-212 on CPU 0, for a pool; each returns the event, for what a test wants otherwise.
    wqctl::Event& queue(uint64_t time, uint64_t item, std::string_view function, wqctl::WorkqueueId workqueue,
                        int32_t pool = kPool, bool held_back = false);
    wqctl::Event& of_item(wqctl::EventKind kind, uint64_t time, uint64_t item);
    // In the worker, of a pool, on CPU 1.
    wqctl::Event& start(uint64_t time, uint64_t item, std::string_view function, wqctl::WorkqueueId workqueue,
                        int32_t worker, int32_t pool = kPool);
    wqctl::Event& in_worker(wqctl::EventKind kind, uint64_t time, int32_t worker, int32_t pool = kPool,
                            uint64_t item = 0);
    wqctl::Event& lost(uint64_t from, uint64_t until, uint32_t count, uint16_t cpu = 1);
    // By the task, for the item; barrier 0: of the whole workqueue.
    wqctl::Event& flush(uint64_t time, int32_t pid, uint64_t barrier, uint64_t awaited);

    void play(wqctl::EventSink& sink) const;

private:
    wqctl::Event& add(wqctl::Event event);
};

// What was told, in the order of it.
struct Told final : wqctl::StoryListener {
    std::vector<wqctl::Story> stories;
    std::vector<wqctl::Event> others;

    void told(const wqctl::Story& story) override { stories.push_back(story); }
    void other(const wqctl::Event& event) override { others.push_back(event); }
};
Told told(const Recorded& recorded);

// As JSON lines: what does not depend on numbers of names.
std::string told_as_json(const Recorded& recorded);
// As a file of Perfetto's.
std::string file_of(const Recorded& recorded);

// One that has all kinds of events in it, and much that goes wrong.
Recorded all_sorts();
