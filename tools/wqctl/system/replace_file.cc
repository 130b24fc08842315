// SPDX-License-Identifier: GPL-2.0
#include "system/replace_file.hh"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text/error.hh"

namespace wqctl {

namespace {

Error failed(const std::string& path, const char* what)
{
    return Error(kBad, fmt::format("cannot {} {}: {}", what, path, std::strerror(errno)));
}

// Where a symbolic link leads: the link itself shall stay.
std::string target_of(const std::string& path)
{
    struct stat status = {};
    if (stat(path.c_str(), &status) != 0) {
        struct stat link = {};
        if (errno == ENOENT && lstat(path.c_str(), &link) != 0)
            return path;
        if (errno == ENOENT)
            throw Error::usage(fmt::format("{} is a symbolic link that leads nowhere", path));
        throw failed(path, "look at");
    }
    if (!S_ISREG(status.st_mode))
        throw Error::usage(fmt::format("{} is no regular file, and would be replaced by one", path));
    const std::unique_ptr<char, void (*)(void*)> real(realpath(path.c_str(), nullptr), std::free);
    if (!real)
        throw failed(path, "look at");
    return real.get();
}

// As the one that it takes the place of, or as any new file.
mode_t mode_for(const std::string& target)
{
    struct stat status = {};
    if (stat(target.c_str(), &status) == 0)
        return status.st_mode & 0777;
    const mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& target)
    {
        const size_t slash = target.rfind('/');
        const size_t name = slash == std::string::npos ? 0 : slash + 1;
        path_ = target.substr(0, name) + "." + target.substr(name) + ".XXXXXX";
        fd_ = mkostemp(path_.data(), O_CLOEXEC);
        if (fd_ < 0)
            throw failed(target.substr(0, name).empty() ? "." : target.substr(0, name), "make a file in");
    }
    ~TemporaryFile()
    {
        if (fd_ >= 0)
            close(fd_);
        if (!path_.empty())
            unlink(path_.c_str());
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    void write_all(std::string_view text, mode_t mode)
    {
        while (!text.empty()) {
            const ssize_t written = write(fd_, text.data(), text.size());
            if (written < 0 && errno != EINTR)
                throw failed(path_, "write");
            if (written > 0)
                text.remove_prefix(static_cast<size_t>(written));
        }
        if (fchmod(fd_, mode) != 0 || fsync(fd_) != 0)
            throw failed(path_, "write");
    }
    void become(const std::string& target)
    {
        if (rename(path_.c_str(), target.c_str()) != 0)
            throw failed(target, "replace");
        path_.clear();
    }

private:
    std::string path_;
    int fd_ = -1;
};

}  // namespace

void replace_file(const std::string& path, std::string_view text)
{
    const std::string target = target_of(path);
    TemporaryFile file(target);
    file.write_all(text, mode_for(target));
    file.become(target);
}

}  // namespace wqctl
