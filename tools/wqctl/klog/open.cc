// SPDX-License-Identifier: GPL-2.0
#include "klog/open.hh"

#include <algorithm>
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

using namespace std::string_view_literals;

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

// What is wrong with the file.
std::string read_gzip(int file, std::string_view first, const std::string& path, const Take& take)
{
    Gunzip gunzip;
    bool ok = gunzip.take(first, take);
    std::vector<char> piece(kPiece);
    while (ok) {
        const size_t size = read_piece(file, piece.data(), piece.size(), path);
        if (!size)
            return gunzip.is_whole() ? "" : path + " was cut short";
        ok = gunzip.take({piece.data(), size}, take);
    }
    return path + " is damaged: not gzip to its end";
}

struct Packer {
    std::string_view begin;  // of what it has packed
    const char* program;
    const char* package;
};

constexpr Packer kPackers[] = {{"\xfd"
                                "7zXZ\0"sv,
                                "xz", "xz-utils"},
                               {"\x28\xb5\x2f\xfd"sv, "zstd", "zstd"},
                               {"BZh"sv, "bzip2", "bzip2"},
                               {"\x04\x22\x4d\x18"sv, "lz4", "lz4"}};

// By the program that everybody has for it: `xz -dc`, `zstd -dc`.
std::string read_through(const Packer& packer, int file, const std::string& path, const Take& take)
{
    const std::string name = packer.program;
    // The program begins at its front, which of a pipe has been read.
    if (path == "-" || lseek(file, 0, SEEK_CUR) < 0)
        throw Error(kUsage, (path == "-" ? "standard input" : path + " is a pipe, and") + " is compressed by " + name,
                    "unpack it: " + name + " -dc FILE | wqctl doctor --log -");
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        throw Error(kBad, std::string("pipe: ") + std::strerror(errno));
    File reading(ends[0]), writing(ends[1]);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, path.c_str(), O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, writing.get(), STDOUT_FILENO);
    char decompress[] = "-dc";
    std::string called = name;
    char* arguments[] = {called.data(), decompress, nullptr};
    const SpawnSignals signals;
    pid_t pid;
    const int error = posix_spawnp(&pid, packer.program, &actions, signals.get(), arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    writing.shut();
    if (error)
        throw Error(kUsage, path + ": it takes " + name + " to unpack it, which cannot be run: " + std::strerror(error),
                    std::string("install ") + packer.package);
    read_plain(reading.get(), "", path, take);
    int status;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status ? path + " is damaged or was cut short: " + name + " could not unpack it to its end" : "";
}

// "Nothing wrong" must not be said of what nobody can read.
void refuse_what_is_no_text(std::string_view piece, const std::string& path)
{
    if (piece.starts_with("LPKSHHRH"))
        throw Error(kUsage, path + " is a journal, and no text",
                    "journalctl -k --file FILE -o short-monotonic | wqctl doctor --log -");
    for (const std::string_view begin : {"\x7f"
                                         "ELF"sv,
                                         "KDUMP   "sv, "makedumpfile"sv})
        if (piece.starts_with(begin))
            throw Error(kUsage, path + " is no log", "a vmcore: wqctl doctor -c FILE");
    // Of what is packed a tenth is controls. NULs say nothing: where a machine died, or a log was cut while it was
    // written, there are many; and of UTF-16 each second byte is one.
    constexpr std::string_view kOfText = "\0\a\b\t\n\f\r\033"sv;
    const auto controls = std::ranges::count_if(
        piece, [&](char c) { return c >= 0 && c < ' ' && kOfText.find(c) == std::string_view::npos; });
    if (static_cast<size_t>(controls) > piece.size() / 20)
        throw Error(kUsage, path + " is no text", "unpack it, if it is packed");
}

}  // namespace

std::string read_log_file(const std::string& path, const Take& give)
{
    bool has_any = false;
    const Take take = [&](std::string_view piece) {
        if (!piece.empty() && !std::exchange(has_any, true))
            refuse_what_is_no_text(piece, path);
        give(piece);
    };
    const File file(path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0)
        throw Error(kUsage, path + ": " + std::strerror(errno));
    std::vector<char> piece(kPiece);
    const std::string_view first(piece.data(), read_piece(file.get(), piece.data(), piece.size(), path));
    const auto packer = std::ranges::find_if(kPackers, [&](const Packer& one) { return first.starts_with(one.begin); });
    std::string trouble;
    if (is_gzip(first))
        trouble = read_gzip(file.get(), first, path, take);
    else if (packer != std::end(kPackers))
        trouble = read_through(*packer, file.get(), path, take);
    else
        read_plain(file.get(), first, path, take);
    if (!trouble.empty() && !has_any)
        throw Error(kUsage, trouble);
    return trouble;
}

}  // namespace wqctl
