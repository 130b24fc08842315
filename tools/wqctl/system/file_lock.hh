// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>

namespace wqctl {

// flock() on a file or directory that is there anyway. A child that keeps fd()
// keeps the lock.
class FileLock {
public:
    // Waits so long for somebody else to give it up; throws Error.
    explicit FileLock(const std::string& path, unsigned patience_ms = 0);
    ~FileLock();
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

    int fd() const { return fd_; }

private:
    int fd_;
};

}  // namespace wqctl
