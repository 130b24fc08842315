// SPDX-License-Identifier: GPL-2.0
#include "klog/open.hh"

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "system/gzip.hh"
#include "system/spawn_signals.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

constexpr size_t kPiece = 1 << 16;
using Take = std::function<void(std::string_view)>;

class File {
public:
    explicit File(int file) : file_(file) {}
    ~File()
    {
        if (file_ > STDIN_FILENO)
            close(file_);
    }
    File(File&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    int get() const { return file_; }
    void shut()
    {
        close(file_);
        file_ = -1;
    }

private:
    int file_;
};

// As much as there is, or the whole piece; so that what is in front of a pipe is seen at once.
size_t read_piece(int file, char* to, size_t size, const std::string& path)
{
    size_t have = 0;
    while (have < size) {
        const ssize_t got = read(file, to + have, size - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            throw Error(kUsage, path + ": " + std::strerror(errno));
        if (got == 0)
            break;
        have += static_cast<size_t>(got);
    }
    return have;
}

void read_plain(int file, std::string_view first, const std::string& path, const Take& take)
{
    take(first);
    std::vector<char> piece(kPiece);
    while (const size_t size = read_piece(file, piece.data(), piece.size(), path))
        take({piece.data(), size});
}

void read_gzip(int file, std::string_view first, const std::string& path, const Take& take)
{
    Gunzip gunzip;
    bool ok = gunzip.take(first, take);
    std::vector<char> piece(kPiece);
    while (ok) {
        const size_t size = read_piece(file, piece.data(), piece.size(), path);
        if (!size)
            return;  // cut short, too: of a log that is worth reading
        ok = gunzip.take({piece.data(), size}, take);
    }
    throw Error(kUsage, path + ": not gzip to its end, it is damaged");
}

// By the program that everybody has for it: `xz -dc`, `zstd -dc`.
void read_through(const char* program, const std::string& path, const Take& take)
{
    if (path == "-")
        throw Error(kUsage, std::string("standard input is compressed by ") + program,
                    std::string("unpack it: ") + program + " -dc FILE | wqctl doctor --log -");
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        throw Error(kBad, std::string("pipe: ") + std::strerror(errno));
    File reading(ends[0]), writing(ends[1]);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, path.c_str(), O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, writing.get(), STDOUT_FILENO);
    char decompress[] = "-dc";
    std::string name = program;
    char* arguments[] = {name.data(), decompress, nullptr};
    const SpawnSignals signals;
    pid_t pid;
    const int error = posix_spawnp(&pid, program, &actions, signals.get(), arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    writing.shut();
    if (error)
        throw Error(kUsage,
                    path + ": it takes " + program + " to unpack it, which cannot be run: " + std::strerror(error),
                    std::string("install ") + (name == "xz" ? "xz-utils" : name));
    read_plain(reading.get(), "", path, take);
    int status;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (status)
        throw Error(kUsage, path + ": " + program + " could not unpack it");
}

}  // namespace

void read_log_file(const std::string& path, const Take& take)
{
    const File file(path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0)
        throw Error(kUsage, path + ": " + std::strerror(errno));
    std::vector<char> piece(kPiece);
    const std::string_view first(piece.data(), read_piece(file.get(), piece.data(), piece.size(), path));
    using namespace std::string_view_literals;
    if (is_gzip(first))
        read_gzip(file.get(), first, path, take);
    else if (first.starts_with("\xfd"
                               "7zXZ\0"sv))
        read_through("xz", path, take);
    else if (first.starts_with("\x28\xb5\x2f\xfd"sv))
        read_through("zstd", path, take);
    else
        read_plain(file.get(), first, path, take);
}

}  // namespace wqctl
