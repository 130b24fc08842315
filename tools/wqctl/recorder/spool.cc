// SPDX-License-Identifier: GPL-2.0
#include "recorder/spool.hh"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/statvfs.h>
#include <unistd.h>

#include <fmt/core.h>

#include "text/error.hh"

namespace wqctl {

namespace {

const char* directory()
{
    const char* named = std::getenv("TMPDIR");
    return named && *named ? named : "/tmp";
}

// Less than 0: there is none.
int open_unnamed()
{
    const int file = open(directory(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0)
        return file;
    // Not every file system has files without names.
    std::string name = std::string(directory()) + "/wqctl-XXXXXX";
    const int named = mkostemp(name.data(), O_CLOEXEC);
    if (named >= 0)
        unlink(name.c_str());
    return named;
}

// Half of what is free is left to others: some keep their /tmp in memory.
uint64_t room_of(int file)
{
    constexpr uint64_t kUnlimited = uint64_t{256} << 20;
    struct statvfs system = {};
    if (fstatvfs(file, &system) || !system.f_blocks)
        return kUnlimited;
    return uint64_t{system.f_bavail} * system.f_frsize / 2;
}

}  // namespace

Spool::~Spool()
{
    if (file_ >= 0)
        close(file_);
}

int Spool::write(std::span<const wqlab_trace_record> records)
{
    if (file_ < 0)
        file_ = open_unnamed();
    if (file_ < 0)
        return errno;
    if (!room_)
        room_ = room_of(file_);
    if (waiting_ + records.size_bytes() > room_)
        return ENOSPC;
    const auto bytes = static_cast<ssize_t>(records.size_bytes());
    errno = ENOSPC;
    return pwrite(file_, records.data(), records.size_bytes(), static_cast<off_t>(end_)) == bytes ? 0 : errno;
}

bool Spool::put(uint32_t cpu, std::span<const wqlab_trace_record> records)
{
    Chunk chunk{.records = {}, .at = end_, .count = records.size()};
    if (in_memory_ + records.size_bytes() <= most_in_memory_) {
        chunk.records.assign(records.begin(), records.end());
        in_memory_ += records.size_bytes();
    } else if (const int error = write(records)) {
        error_ = error;
        return false;
    } else {
        end_ += records.size_bytes();
        waiting_ += records.size_bytes();
        in_file_ += records.size();
    }
    const std::lock_guard guard(lock_);
    queues_[cpu].chunks.push_back(std::move(chunk));
    return true;
}

void Spool::read(const Chunk& chunk, Records& records)
{
    records.resize(chunk.count);
    const size_t bytes = chunk.count * sizeof(wqlab_trace_record);
    errno = EIO;
    if (pread(file_, records.data(), bytes, static_cast<off_t>(chunk.at)) != static_cast<ssize_t>(bytes))
        throw Error(kBad, fmt::format("events wait in {}, and there: {}", directory(), std::strerror(errno)));
    // Its room is for those that come; where that can't be, the file has its full size until the end.
    fallocate(file_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(chunk.at),
              static_cast<off_t>(bytes));
    waiting_ -= bytes;
}

const wqlab_trace_record& Spool::front(uint32_t cpu)
{
    Queue& queue = queues_[cpu];
    if (queue.next == queue.read.size()) {
        Chunk chunk;
        {
            const std::lock_guard guard(lock_);
            chunk = std::move(queue.chunks.front());
            queue.chunks.pop_front();
        }
        if (chunk.records.empty()) {
            read(chunk, queue.read);
        } else {
            queue.read = std::move(chunk.records);
            in_memory_ -= queue.read.size() * sizeof(wqlab_trace_record);
        }
        queue.next = 0;
    }
    return queue.read[queue.next];
}

std::string Spool::trouble() const
{
    return error_ ? fmt::format("there is no room for them in {}: {}", directory(), std::strerror(error_)) : "";
}

}  // namespace wqctl
