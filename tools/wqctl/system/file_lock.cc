// SPDX-License-Identifier: GPL-2.0
#include "system/file_lock.hh"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include "text/error.hh"

namespace wqctl {

FileLock::FileLock(const std::string& path, Whose whose, unsigned patience_ms)
    : fd_(open(path.c_str(), (whose == Whose::kRoots ? O_WRONLY : O_RDONLY) | O_CLOEXEC))
{
    constexpr unsigned kPauseMs = 10;
    if (fd_ < 0)
        throw Error(kBad, fmt::format("{}: {}", path, std::strerror(errno)));
    for (unsigned waited = 0; flock(fd_, LOCK_EX | LOCK_NB) != 0; waited += kPauseMs) {
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

FileLock::~FileLock() { close(fd_); }

}  // namespace wqctl
