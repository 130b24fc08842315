// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

namespace wqctl {

// flock() on a file or directory that is there anyway. A child that keeps fd()
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
    ~FileLock();
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

    int fd() const { return fd_; }

private:
    int fd_;
};

}  // namespace wqctl
