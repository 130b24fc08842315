// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <memory>
#include <string>

#include <sys/types.h>

#include "system/file_lock.hh"

namespace wqctl {

// A file of /proc or /sys that holds another value for a while. The old one
// comes back when the object goes, and when this process dies of whatever:
// a child that nobody signals waits for that. Until it is back no other wqctl
// can take the new value for an old one.
class KeptValue {
public:
    // Both throw Error with the file and the kernel's answer; then nothing has changed.
    KeptValue(std::string path, const std::string& value);
    // For whoever writes the file himself.
    explicit KeptValue(std::string path);
    ~KeptValue() { restore(); }
    KeptValue(const KeptValue&) = delete;
    KeptValue& operator=(const KeptValue&) = delete;

    void restore();
    const std::string& old() const { return old_; }

private:
    std::string path_;
    std::unique_ptr<FileLock> lock_;  // of the path; the child has it, too
    std::string old_;
    pid_t keeper_ = -1;
    int pipe_ = -1;
};

}  // namespace wqctl
