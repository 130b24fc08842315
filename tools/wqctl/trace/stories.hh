// SPDX-License-Identifier: GPL-2.0
// Follows the items of a recording. What is kept are those that wait or run, and of the past what may still be waited
// behind: memory is bounded by what the machine has under way.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "trace/busy.hh"
#include "trace/event.hh"
#include "trace/story.hh"

namespace wqctl {

class Stories final : public EventSink {
public:
    explicit Stories(StoryListener& listener) : listener_(listener) {}

    void begin(const Head& head, const Tables& tables) override;
    void event(const Event& event) override;
    void end(const Tail& tail) override;

    // Those that wait or run, for who wants to know before they end; f(const Story&).
    template <typename F>
    void for_each_open(F&& f) const
    {
        for (const auto& [item, story] : waiting_)
            f(*story);
        for (const auto& [worker, story] : running_)
            f(*story);
    }

private:
    // Of items whose start was lost nobody may ever hear again.
    static constexpr size_t kMostWaiting = 500'000;
    static constexpr size_t kGapsRemembered = 16;

    struct Gap {
        uint64_t from = 1, until = 0;
    };

    // A task, or the one of its CPU that is none (BH), where one item is at a time.
    static uint64_t worker_of(const Event& event)
    {
        return event.pid ? static_cast<uint32_t>(event.pid) : uint64_t{1} << 32 | event.cpu;
    }
    Story& make();
    void tell(Story& story, uint64_t time, StoryEnd end);
    Busy& pool(int32_t id);
    Busy& workqueue(WorkqueueId id);

    Story& wait(const Event& event);
    void queue(const Event& event);
    void flush_begins(const Event& event);
    void flush_ends(const Event& event);
    Story& barrier(const Event& start);
    std::optional<Event> flush_of(const Event& barrier);
    void activate(const Event& event);
    void cancel(const Event& event);
    void start(const Event& event);
    void find_what_it_waited_behind(Story& story);
    // The story that the worker is in; one with no start if it was not seen. nullptr if the event does not say of what.
    Story* running(const Event& event);
    void end_run(const Event& event);
    void sleep(const Event& event);
    void wake(const Event& event);
    bool was_in_gap(const Story& story, uint64_t until) const;
    void evict();

    StoryListener& listener_;
    const Tables* tables_ = nullptr;
    std::deque<Story> all_;  // they stay where they are
    std::vector<Story*> free_;
    std::unordered_map<uint64_t, Story*> waiting_;               // by item
    std::unordered_map<uint64_t, Story*> running_;               // by worker
    std::unordered_map<int32_t, Event> flushes_;                 // that go on, by pid
    std::unordered_map<uint64_t, std::vector<Event>> flushers_;  // of a barrier that was not seen, by what they await
    std::unordered_map<uint64_t, std::vector<Event>> barriers_;  // theirs, which come next, by worker
    std::unordered_map<int32_t, Busy> pools_;
    std::vector<Busy> workqueues_;
    std::array<Gap, kGapsRemembered> gaps_;
    size_t gap_count_ = 0;
};

}  // namespace wqctl
