// SPDX-License-Identifier: GPL-2.0
// Records that wait for somebody to make something of them: in memory, and if they are many, in a file.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "uapi/wqlab.h"

namespace wqctl {

// One CPU after the other, each first in, first out. One thread puts, another one takes. Nobody else sees the file, and
// it goes with the object.
class Spool {
public:
    static constexpr size_t kMostAtOnce = 4096;  // records: 256 KiB

    // most_in_memory: bytes.
    explicit Spool(uint32_t cpus, size_t most_in_memory = size_t{16} << 20)
        : most_in_memory_(most_in_memory), queues_(cpus)
    {
    }
    ~Spool();
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    // At most kMostAtOnce. False: there is no room, and there may be later.
    bool put(uint32_t cpu, std::span<const wqlab_trace_record> records);
    // The oldest of the CPU; there is one. Throws where what was written can't be read.
    const wqlab_trace_record& front(uint32_t cpu);
    void pop(uint32_t cpu) { queues_[cpu].next++; }

    // Records that went into the file.
    uint64_t in_file() const { return in_file_; }
    // Why there was no room; "": there was.
    std::string trouble() const;

private:
    using Records = std::vector<wqlab_trace_record>;

    struct Chunk {
        Records records;  // empty: they are in the file
        uint64_t at = 0;  // byte in the file
        size_t count = 0;
    };
    struct Queue {
        std::deque<Chunk> chunks;  // lock_
        Records read;              // of the first chunk; the taker's, as all that follows
        size_t next = 0;           // in it
    };

    // 0, or why not.
    int write(std::span<const wqlab_trace_record> records);
    void read(const Chunk& chunk, Records& records);

    const size_t most_in_memory_;
    std::atomic<size_t> in_memory_ = 0;
    std::atomic<uint64_t> in_file_ = 0;
    std::atomic<uint64_t> waiting_ = 0;  // bytes, in the file
    std::atomic<int> error_ = 0;
    std::atomic<int> file_ = -1;
    uint64_t end_ = 0;   // of the file
    uint64_t room_ = 0;  // bytes, that may wait there; 0: not known yet
    mutable std::mutex lock_;
    std::vector<Queue> queues_;
};

}  // namespace wqctl
