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
    constexpr uint64_t kIfUnknown = uint64_t{256} << 20;
    struct statvfs system = {};
    if (fstatvfs(file, &system) || !system.f_blocks)
        return kIfUnknown;
    return uint64_t{system.f_bavail} * system.f_frsize / 2;
}

}  // namespace

Spool::Spool(uint32_t cpus, size_t most_in_memory) : open_(cpus), queues_(cpus)
{
    size_t bytes = most_in_memory / kBytes * kBytes;
    for (; bytes && !memory_; bytes = bytes / 2 / kBytes * kBytes) {
        try {
            memory_.emplace(bytes);
        } catch (const Error&) {
            continue;
        }
        // The last that is freed is taken first: as few are in use as can be.
        for (size_t at = bytes; at; at -= kBytes)
            free_.push_back(at - kBytes);
    }
}

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

bool Spool::put(uint32_t cpu, std::span<const wqlab_trace_record> records, size_t& put)
{
    Open& open = open_[cpu];
    for (put = 0; put < records.size();) {
        if (open.room < sizeof(wqlab_trace_record)) {
            if (free_.empty())
                break;
            open = {free_.back(), kBytes};
            free_.pop_back();
        }
        const size_t most = open.room / sizeof(wqlab_trace_record);
        const auto some = records.subspan(put, std::min(most, records.size() - put));
        std::memcpy(in_memory(open.at), some.data(), some.size_bytes());
        fresh_.push_back({cpu, false, some.size() == most, open.at, some.size()});
        open = {open.at + some.size_bytes(), open.room - some.size_bytes()};
        put += some.size();
    }
    if (put == records.size())
        return true;
    const auto rest = records.subspan(put);
    if (const int error = write(rest)) {
        error_ = error;
        return false;
    }
    fresh_.push_back({cpu, true, false, end_, rest.size()});
    end_ += rest.size_bytes();
    waiting_ += rest.size_bytes();
    in_file_ += rest.size();
    put = records.size();
    return true;
}

void Spool::hand_over()
{
    handed_.insert(handed_.end(), fresh_.begin(), fresh_.end());
    fresh_.clear();
    free_.insert(free_.end(), returned_.begin(), returned_.end());
    returned_.clear();
}

void Spool::receive()
{
    for (const Chunk& chunk : handed_)
        queues_[chunk.cpu].chunks.push_back(chunk);
    handed_.clear();
    returned_.insert(returned_.end(), done_.begin(), done_.end());
    done_.clear();
}

void Spool::read(const Chunk& chunk, std::vector<wqlab_trace_record>& records)
{
    records.resize(chunk.count);
    const size_t bytes = chunk.count * sizeof(wqlab_trace_record);
    errno = EIO;
    if (pread(file_, records.data(), bytes, static_cast<off_t>(chunk.at)) != static_cast<ssize_t>(bytes))
        throw Error(kBad, fmt::format("events wait in {}, and there: {}", directory(), std::strerror(errno)));
    // Its room is for those that come; where that can't be, it is in use until the end.
    if (!fallocate(file_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(chunk.at),
                   static_cast<off_t>(bytes)))
        waiting_ -= bytes;
}

const wqlab_trace_record& Spool::next_chunk(Queue& queue)
{
    const Chunk chunk = queue.chunks.front();
    queue.chunks.pop_front();
    queue.block = chunk.is_last ? chunk.at / kBytes * kBytes : kNoBlock;
    if (chunk.in_file)
        read(chunk, queue.read);
    queue.records = chunk.in_file ? queue.read.data() : in_memory(chunk.at);
    queue.count = chunk.count;
    queue.next = 0;
    return queue.records[0];
}

std::string Spool::trouble() const
{
    return error_ ? fmt::format("there is no room for them in {}: {}", directory(), std::strerror(error_)) : "";
}

}  // namespace wqctl
