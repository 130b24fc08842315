// SPDX-License-Identifier: GPL-2.0
// Records that wait in a file, because rings fill up faster than events are made something of.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "uapi/wqlab.h"

namespace wqctl {

// One CPU after the other, each first in, first out; nobody else sees the file, and it goes with the object.
class Spool {
public:
    explicit Spool(uint32_t cpus) : queues_(cpus) {}
    ~Spool();
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    // Throws where there is no room.
    void put(uint32_t cpu, std::span<const wqlab_trace_record> records);
    // The oldest of the CPU; there is one.
    const wqlab_trace_record& front(uint32_t cpu);
    void pop(uint32_t cpu);

private:
    struct Chunk {
        uint64_t at;  // byte in the file
        size_t count;
    };
    struct Queue {
        std::deque<Chunk> chunks;
        std::vector<wqlab_trace_record> read;  // of the first chunk
        size_t next = 0;                       // in it
    };

    int file_ = -1;
    uint64_t end_ = 0;
    std::vector<Queue> queues_;
};

}  // namespace wqctl
