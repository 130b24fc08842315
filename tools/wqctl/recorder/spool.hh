// SPDX-License-Identifier: GPL-2.0
// Records that wait for somebody to make something of them: in memory, and if they are many, in a file.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "recorder/shared_memory.hh"
#include "uapi/wqlab.h"

namespace wqctl {

// One CPU after the other, each first in, first out. One thread puts, another one takes, and neither waits for the
// other: what they have for each other they hand over when both have time. Nobody else sees the file, and it goes with
// the object.
class Spool {
public:
    static constexpr size_t kMostAtOnce = 4096;  // records: 128 KiB
    static constexpr size_t kBlock = 512;        // records, of one CPU, that lie in memory together, and are filled up

    // most_in_memory: bytes, which are there at once, so that none need be found when there is no time; fewer, where
    // there are not so many.
    explicit Spool(uint32_t cpus, size_t most_in_memory = size_t{32} << 20);
    ~Spool();
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    // Who puts. At most kMostAtOnce. False: there is no room for all of them, and there may be later; `put` of them are
    // there.
    bool put(uint32_t cpu, std::span<const wqlab_trace_record> records, size_t& put);
    // By a lock of the caller's neither of these two is called while the other one is. What was put can be taken once
    // both have been.
    void hand_over();  // by who puts
    void receive();    // by who takes

    // Who takes: the oldest of the CPU; there is one. Throws where what was written can't be read.
    const wqlab_trace_record& front(uint32_t cpu)
    {
        Queue& queue = queues_[cpu];
        return queue.next < queue.count ? queue.records[queue.next] : next_chunk(queue);
    }
    void pop(uint32_t cpu)
    {
        Queue& queue = queues_[cpu];
        if (++queue.next == queue.count && queue.block != kNoBlock)
            done_.push_back(std::exchange(queue.block, kNoBlock));
    }

    // Records that went into the file.
    uint64_t in_file() const { return in_file_; }
    uint64_t memory_bytes() const { return memory_ ? memory_->size() : 0; }
    // Why there was no room; "": there was.
    std::string trouble() const;

private:
    struct Chunk {
        uint32_t cpu = 0;
        bool in_file = false;
        bool is_last = false;  // of a block of memory
        uint64_t at = 0;       // byte in the file, or in memory
        size_t count = 0;
    };
    struct Queue {
        std::deque<Chunk> chunks;
        std::vector<wqlab_trace_record> read;  // of the file
        const wqlab_trace_record* records = nullptr;
        size_t count = 0;
        size_t next = 0;
        uint64_t block = kNoBlock;  // that is free behind them
    };
    // What a CPU's next records go into.
    struct Open {
        uint64_t at = 0;
        size_t room = 0;  // bytes
    };
    static constexpr size_t kBytes = kBlock * sizeof(wqlab_trace_record);
    static constexpr uint64_t kNoBlock = UINT64_MAX;

    // 0, or why not.
    int write(std::span<const wqlab_trace_record> records);
    void read(const Chunk& chunk, std::vector<wqlab_trace_record>& records);
    const wqlab_trace_record& next_chunk(Queue& queue);
    wqlab_trace_record* in_memory(uint64_t at)
    {
        return reinterpret_cast<wqlab_trace_record*>(memory_->bytes()) + at / sizeof(wqlab_trace_record);
    }

    std::optional<SharedMemory> memory_;
    // Who puts.
    std::vector<Open> open_;  // by CPU
    std::vector<Chunk> fresh_;
    std::vector<uint64_t> free_;  // blocks
    uint64_t end_ = 0;            // of the file
    uint64_t room_ = 0;           // bytes, that may wait there; 0: not known yet
    // Between both.
    std::vector<Chunk> handed_;
    std::vector<uint64_t> returned_;
    // Who takes.
    std::vector<Queue> queues_;
    std::vector<uint64_t> done_;

    std::atomic<uint64_t> in_file_ = 0;
    std::atomic<uint64_t> waiting_ = 0;  // bytes, of the file, in use
    std::atomic<int> error_ = 0;
    std::atomic<int> file_ = -1;
};

}  // namespace wqctl
