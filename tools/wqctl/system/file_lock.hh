// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <utility>

namespace wqctl {

// A lock of a file or directory that is there anyway. A child that keeps fd()
// keeps the lock.
class FileLock {
public:
    // Who can hold it: everybody who may read the file, or, of one that nobody may read, who may write it.
    enum class Whose { kReaders, kRoots };

    // Waits so long for somebody else to give it up; throws Error.
    explicit FileLock(const std::string& path, unsigned patience_ms = 0) : FileLock(path, Whose::kReaders, patience_ms)
    {
    }
    FileLock(const std::string& path, Whose whose, unsigned patience_ms = 0);
    // Of a name that need not be a file's: only root can hold it, where the module is loaded. Elsewhere it must be a
    // file, and this is its lock.
    static FileLock of_name(const std::string& name, unsigned patience_ms = 0);
    FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    ~FileLock();
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

    int fd() const { return fd_; }

private:
    FileLock(int fd, const std::string& name, unsigned patience_ms, int (*lock)(int fd, const std::string& name));

    int fd_;
};

}  // namespace wqctl
