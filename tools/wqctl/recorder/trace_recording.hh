// SPDX-License-Identifier: GPL-2.0
// A trace that the module records, from its start to its end.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <ctime>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "recorder/decoder.hh"
#include "recorder/shared_memory.hh"
#include "trace/event.hh"

namespace wqctl {

class Lab;

struct TraceOptions {
    uint64_t buffer_bytes = uint64_t{64} << 20;  // of all CPUs together
    bool overwrite = false;                      // the oldest events give way
    uint64_t kinds = 0;                          // bits of enum wqlab_trace_kind; 0: all
    uint64_t duration_ns = UINT64_MAX;           // then it stands still by itself
    bool drained = true;                         // by a thread of its own; false: by take() alone
};

class TraceRecording {
public:
    // Begins. Throws what the module refuses. The connection must live as long, and is nobody else's until it has
    // stopped: a thread of this object stops the recording in time, and keeps room in its rings.
    TraceRecording(Lab& lab, const TraceOptions& options);
    ~TraceRecording();
    TraceRecording(const TraceRecording&) = delete;

    // Those of Head that are the recording's to tell.
    void fill(Head& head) const;
    // Hands on what is due; how many. After so many it may be behind().
    template <typename Take>
    size_t take(Take&& take_one, size_t most = SIZE_MAX)
    {
        if (!options_.drained && !stopped_)
            rings_->drain_all(elapsed_ns());
        return rings_->take(
            [&](uint32_t cpu, const wqlab_trace_record& record) {
                if (!Decoder::knows(record)) {
                    decoder_->learn(cpu, record);
                    return;
                }
                const Event event = decoder_->decode(cpu, record);
                newest_ns_ = std::max(newest_ns_, event.time);
                take_one(event);
            },
            stopped_, most);
    }
    // Another duration than was said.
    void set_duration(uint64_t ns);
    // It has stood still by itself: stop() is due.
    bool has_ended() const { return ended_ns_ != 0; }
    // Nothing is recorded from here on: what take() has not handed on yet, the next time it does. Throws if the module
    // does not know of the recording, that is, if it ended before.
    void stop();
    // Of what is overwritten: take() begins again with the oldest that there are.
    void rewind();
    // Once stopped: those that were lost last, by CPU.
    std::vector<Event> last_gaps() const;

    // Since it began, as events have it; once stopped that is when it was, and no event is later.
    uint64_t elapsed_ns() const;
    // What was passed over is known once it has stopped.
    void fill(Tail& tail) const;
    uint64_t ns_of(uint64_t ticks) const { return decoder_->ns_of(ticks); }
    const Tables& tables() const { return tables_; }
    Tables& tables() { return tables_; }
    const Rings& rings() const { return *rings_; }
    // Of this process, for rings and what waits, and of the module.
    uint64_t memory_bytes() const { return memory_.size() + spool_.memory_bytes() + layout_.module_bytes; }
    // Of the module, beside what it writes into.
    uint64_t module_bytes() const { return layout_.module_bytes; }

private:
    // What the module has begun: it was asked then, by CLOCK_MONOTONIC. Throws, and leaves it to who calls to end it.
    void begin(uint64_t asked_ns);
    // The thread's.
    void keep_room();
    void end();
    uint64_t running_ns() const;
    // False: the kernel does not trust any more what all CPUs take their times from.
    bool clock_is_steady() const;

    Lab& lab_;
    TraceOptions options_;
    SharedMemory memory_;
    Spool spool_;
    wqlab_trace_layout layout_{};
    // What events are stamped by is not set by anybody, and neither is this: else they part, by seconds in a day.
    clockid_t clock_ = CLOCK_MONOTONIC;
    uint64_t begun_ns_ = 0;  // by it, in this process, whose time namespace may be another than the kernel's
    std::vector<std::string> missing_;
    std::vector<PassedOver> passed_over_;  // the thread's, until that is joined
    Tables tables_;
    std::unique_ptr<Rings> rings_;
    std::unique_ptr<Decoder> decoder_;
    bool stopped_ = false;
    uint64_t newest_ns_ = 0;              // of the events taken
    std::atomic<uint64_t> ended_ns_ = 0;  // since it began; 0: it goes on
    std::string refusal_;                 // of the module, to end it; the thread's, until that is joined

    std::mutex lock_;
    std::condition_variable changed_;
    uint64_t duration_ns_ = UINT64_MAX;  // lock_
    bool wanted_ = true;                 // lock_
    std::thread thread_;
};

}  // namespace wqctl
