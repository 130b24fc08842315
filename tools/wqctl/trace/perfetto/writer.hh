// SPDX-License-Identifier: GPL-2.0
// Stories as a file that Perfetto shows, and that `wqctl trace show` reads.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "trace/perfetto/packets.hh"
#include "trace/perfetto/tracks.hh"
#include "trace/story.hh"

namespace wqctl::perfetto {

class Writer final : public StoryListener {
public:
    explicit Writer(Bytes out) : packets_(std::move(out)), tracks_(packets_) {}

    void begin(const Head& head, const Tables& tables) override;
    void queued(Story& story, const Event& event) override;
    void activated(Story& story) override;
    void started(Story& story) override;
    void slept(Story& story, const Event& event) override;
    void woke(Story& story, const Event& event) override;
    void told(const Story& story) override;
    void other(const Event& event) override;
    void end(const Tail& tail) override;

private:
    // What an item's step changes of the counters of its workqueue and pool.
    struct Change {
        int active = 0, pending = 0, inactive = 0;
    };
    void count(TrackEvent& event, const Story& story, uint64_t time, Change change);
    void write_changed_counters();

    static bool is_held(const Story& story) { return story.activated == kNotSeen; }
    void begin_wait(Story& story, uint64_t time, Category category, const Event* event);
    template <typename F>
    void end_wait(const Story& story, uint64_t time, bool was_held, F&& fill);
    void stop_waiting(const Story& story);
    void queue_within(const Event& event, const Story& story);
    uint64_t worker(const Story& story, uint64_t time);
    uint64_t& last_end(uint64_t track);

    void flush_begins(const Event& event);
    enum class Known { kToldSo, kFromBarrier };
    void flush_ends(int32_t pid, uint64_t time, Known known);
    void lost(const Event& event);
    void slice(const Event& event, EventType type, Category category, uint64_t track);

    Packets packets_;
    Tracks tracks_;
    const Tables* tables_ = nullptr;
    std::vector<std::pair<uint64_t, int64_t>> changed_;  // counters, to be written at the time reached
    // The flows of flushes: by what they wait for, and by who waits. A barrier that was seen has its own item's.
    struct Flow {
        uint64_t id = 0;
        bool goes_on = false;  // to the barrier
    };
    std::unordered_map<uint64_t, std::vector<Flow>> awaited_;
    std::unordered_map<int32_t, uint64_t> flushing_;
    uint64_t flushes_ = 0;
    std::unordered_map<int32_t, uint64_t> in_item_;  // tracks of workers that are in one, by pid
    std::vector<uint64_t> last_ends_;                // of items, by their workers' tracks
};

}  // namespace wqctl::perfetto
