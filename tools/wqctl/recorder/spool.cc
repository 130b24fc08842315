// SPDX-License-Identifier: GPL-2.0
#include "recorder/spool.hh"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <unistd.h>

#include <fmt/core.h>

#include "text/error.hh"

namespace wqctl {

namespace {

constexpr size_t kMostAtOnce = 4096;  // records: 256 KiB of memory for each CPU

const char* directory()
{
    const char* named = std::getenv("TMPDIR");
    return named && *named ? named : "/tmp";
}

[[noreturn]] void fail()
{
    throw Error(kBad, fmt::format("events wait in {}, and there: {}", directory(), std::strerror(errno)),
                "TMPDIR says where there is more room");
}

int open_unnamed()
{
    const int file = open(directory(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0)
        return file;
    // Not every file system has files without names.
    std::string name = std::string(directory()) + "/wqctl-XXXXXX";
    const int named = mkostemp(name.data(), O_CLOEXEC);
    if (named < 0)
        fail();
    unlink(name.c_str());
    return named;
}

}  // namespace

Spool::~Spool()
{
    if (file_ >= 0)
        close(file_);
}

void Spool::put(uint32_t cpu, std::span<const wqlab_trace_record> records)
{
    if (file_ < 0)
        file_ = open_unnamed();
    while (!records.empty()) {
        const auto part = records.first(std::min(records.size(), kMostAtOnce));
        const auto bytes = static_cast<ssize_t>(part.size_bytes());
        errno = ENOSPC;
        if (pwrite(file_, part.data(), part.size_bytes(), static_cast<off_t>(end_)) != bytes)
            fail();
        queues_[cpu].chunks.push_back({end_, part.size()});
        end_ += part.size_bytes();
        records = records.subspan(part.size());
    }
}

const wqlab_trace_record& Spool::front(uint32_t cpu)
{
    Queue& queue = queues_[cpu];
    if (queue.next == queue.read.size()) {
        const Chunk chunk = queue.chunks.front();
        queue.chunks.pop_front();
        queue.read.resize(chunk.count);
        queue.next = 0;
        const size_t bytes = chunk.count * sizeof(wqlab_trace_record);
        errno = EIO;
        if (pread(file_, queue.read.data(), bytes, static_cast<off_t>(chunk.at)) != static_cast<ssize_t>(bytes))
            fail();
    }
    return queue.read[queue.next];
}

void Spool::pop(uint32_t cpu) { queues_[cpu].next++; }

}  // namespace wqctl
