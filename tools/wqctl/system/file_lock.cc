// SPDX-License-Identifier: GPL-2.0
#include "system/file_lock.hh"

#include <cerrno>
#include <cstdint>
#include <cstring>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include "text/error.hh"

namespace wqctl {

namespace {

// Nobody may read it, so nobody but root can lock it.
constexpr const char* kRoots = "/sys/module/wqlab/uevent";

int lock_file(int fd, const std::string&) { return flock(fd, LOCK_EX | LOCK_NB); }

// A byte of its own for each name; a child that has the descriptor has the lock, too.
int lock_byte(int fd, const std::string& name)
{
    uint64_t hash = 14695981039346656037u;  // FNV-1a
    for (const char c : name)
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    struct flock byte = {};
    byte.l_type = F_WRLCK;
    byte.l_whence = SEEK_SET;
    byte.l_start = static_cast<off_t>(hash >> 2);
    byte.l_len = 1;
    return fcntl(fd, F_OFD_SETLK, &byte);
}

}  // namespace

FileLock::FileLock(const std::string& path, Whose whose, unsigned patience_ms)
    : FileLock(open(path.c_str(), (whose == Whose::kRoots ? O_WRONLY : O_RDONLY) | O_CLOEXEC), path, patience_ms,
               lock_file)
{
}

FileLock FileLock::of_name(const std::string& name, unsigned patience_ms)
{
    const int fd = open(kRoots, O_WRONLY | O_CLOEXEC);
    return fd < 0 ? FileLock(name, patience_ms) : FileLock(fd, name, patience_ms, lock_byte);
}

FileLock::FileLock(int fd, const std::string& path, unsigned patience_ms, int (*lock)(int fd, const std::string& name))
    : fd_(fd)
{
    constexpr unsigned kPauseMs = 10;
    if (fd_ < 0)
        throw Error(kBad, fmt::format("{}: {}", path, std::strerror(errno)));
    for (unsigned waited = 0; lock(fd_, path) != 0; waited += kPauseMs) {
        const int error = errno;
        if (error == EWOULDBLOCK && waited < patience_ms) {
            usleep(1000 * kPauseMs);
            continue;
        }
        close(fd_);
        throw Error(kBad,
                    fmt::format("{}: {}", path, error == EWOULDBLOCK ? "another wqctl has it" : std::strerror(error)));
    }
}

FileLock::~FileLock()
{
    if (fd_ >= 0)
        close(fd_);
}

}  // namespace wqctl
