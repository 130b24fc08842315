// SPDX-License-Identifier: GPL-2.0
// A trace that the module records, from its start to its end.
#pragma once

#include <memory>
#include <string>
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
};

class TraceRecording {
public:
    // Begins. Throws what the module refuses. The connection must live as long.
    TraceRecording(Lab& lab, const TraceOptions& options);
    ~TraceRecording();
    TraceRecording(const TraceRecording&) = delete;

    // Those of Head that are the recording's to tell.
    void fill(Head& head) const;
    // Hands on what is due; how many. Often enough, or events are lost.
    // After so many it may be behind().
    template <typename Take>
    size_t take(Take&& take_one, size_t most = SIZE_MAX)
    {
        return rings_->take(
            [&](uint32_t cpu, const wqlab_trace_record& record) {
                if (Decoder::knows(record))
                    take_one(decoder_->decode(cpu, record));
            },
            stopped_, most);
    }
    // Nothing is recorded from here on: what take() has not handed on yet, the next time it does.
    void stop();
    // Of what is overwritten: take() begins again with the oldest that there are.
    void rewind() { rings_->rewind(); }
    // Once stopped: those that were lost last, by CPU.
    std::vector<Event> last_gaps() const;

    // Since it began, as events have it; once stopped that is when it was.
    uint64_t elapsed_ns() const;
    // How full the fullest ring was when last looked at, of 1.
    double fill_level() const { return rings_->fill(); }
    void fill(Tail& tail) const;
    const Tables& tables() const { return tables_; }
    Tables& tables() { return tables_; }
    const Rings& rings() const { return *rings_; }
    uint64_t memory_bytes() const { return memory_.size(); }

private:
    Lab& lab_;
    TraceOptions options_;
    SharedMemory memory_;
    wqlab_trace_layout layout_{};
    std::vector<std::string> missing_;
    Tables tables_;
    std::unique_ptr<Rings> rings_;
    std::unique_ptr<Decoder> decoder_;
    bool stopped_ = false;
    uint64_t ended_ns_ = 0;
};

}  // namespace wqctl
