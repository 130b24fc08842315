// SPDX-License-Identifier: GPL-2.0
#include "system/kept_value.hh"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include "system/files.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

constexpr unsigned kLockPatienceMs = 10'000;

// What is written to have a file say that: of a choice, "none [freezer] core", the word in brackets.
std::string value_of(const std::string& line)
{
    const size_t begin = line.find('['), end = line.find(']', begin);
    return begin == line.npos || end == line.npos ? line : line.substr(begin + 1, end - begin - 1);
}

// A CPU that is busy going down refuses to come up for a moment. A file that is gone needs nothing.
void write_patiently(const std::string& path, const std::string& text)
{
    int error = write_line(path, text);
    for (int attempt = 0; attempt < 100 && error && error != ENOENT && error != ENODEV; attempt++) {
        usleep(20'000);
        error = write_line(path, text);
    }
}

// The child: a byte says that all is well, the end of the pipe that the parent is gone.
[[noreturn]] void keep(int pipe, int lock, const std::string& path, const std::string& old)
{
    // No other file of the parent may stay open through us: with its sockets its runs end.
    const int mine = fcntl(lock, F_DUPFD, 3);  // not 0 or 1, which are about to be something else
    dup2(pipe, 0);
    dup2(mine, 1);
    close_range(2, ~0u, 0);
    setsid();
    char byte;
    ssize_t got;
    while ((got = read(0, &byte, 1)) < 0 && errno == EINTR)
        ;
    if (got != 1)
        write_patiently(path, value_of(old));
    _exit(0);
}

}  // namespace

KeptValue::KeptValue(std::string path, const std::string& value) : KeptValue(std::move(path))
{
    if (const int refused = write_line(path_, value)) {
        restore();
        throw Error(kBad, fmt::format("{}: {}", path_, std::strerror(refused)));
    }
}

KeptValue::KeptValue(std::string path)
    : path_(std::move(path)), lock_(std::make_unique<FileLock>(FileLock::of_name(path_, kLockPatienceMs)))
{
    const auto fail = [this](int error) { throw Error(kBad, fmt::format("{}: {}", path_, std::strerror(error))); };
    const auto old = read_line(path_);
    if (!old)
        fail(errno ? errno : EIO);
    old_ = *old;

    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        fail(errno);
    // The child never sees a signal, not even before it is on its own.
    sigset_t all, mask;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &mask);
    keeper_ = fork();
    if (keeper_ == 0)
        keep(ends[0], lock_->fd(), path_, old_);
    const int error = errno;
    sigprocmask(SIG_SETMASK, &mask, nullptr);
    close(ends[0]);
    pipe_ = ends[1];
    if (keeper_ < 0) {
        close(pipe_);
        fail(error);
    }
}

void KeptValue::restore()
{
    if (keeper_ < 0)
        return;
    if (read_line(path_) != old_)
        write_patiently(path_, value_of(old_));
    [[maybe_unused]] const ssize_t written = write(pipe_, "!", 1);
    close(pipe_);
    while (waitpid(keeper_, nullptr, 0) < 0 && errno == EINTR)
        ;
    keeper_ = -1;
    lock_.reset();
}

}  // namespace wqctl
