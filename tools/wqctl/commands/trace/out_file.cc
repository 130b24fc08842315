// SPDX-License-Identifier: GPL-2.0
#include "commands/trace/out_file.hh"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text/error.hh"

namespace wqctl {

OutFile::OutFile(const std::optional<std::string>& path, Output& output) : output_(output)
{
    if (!path || *path == "-")
        return;
    path_ = *path;
    constexpr int kHow = O_WRONLY | O_CREAT | O_CLOEXEC;
    file_ = ::open(path_.c_str(), kHow | O_EXCL, 0666);
    is_new_ = file_ >= 0;
    if (file_ < 0 && errno == EEXIST)
        file_ = ::open(path_.c_str(), kHow, 0666);
    if (file_ < 0)
        throw Error::usage(fmt::format("-o {}: cannot be written: {}", path_, std::strerror(errno)));
}

OutFile::~OutFile()
{
    if (file_ >= 0)
        ::close(file_);
    if (is_new_ && !has_begun_)
        ::unlink(path_.c_str());
}

void OutFile::fail() const
{
    throw Error(kBad, fmt::format("{}: {}", path_, std::strerror(errno)),
                "wqctl trace show reads it to the last whole packet");
}

void OutFile::write(std::string_view bytes)
{
    if (is_standard_output()) {
        output_.text(bytes);
        return;
    }
    if (!std::exchange(has_begun_, true)) {
        struct stat status {};
        if (!::fstat(file_, &status) && S_ISREG(status.st_mode) && ::ftruncate(file_, 0))
            fail();
    }
    while (!bytes.empty()) {
        const ssize_t written = ::write(file_, bytes.data(), bytes.size());
        if (written >= 0)
            bytes.remove_prefix(static_cast<size_t>(written));
        else if (errno != EINTR)  // Ctrl-C ends the recording in good order
            fail();
    }
}

void OutFile::finish()
{
    if (file_ >= 0 && ::close(std::exchange(file_, -1)) != 0)
        fail();
}

}  // namespace wqctl
