// SPDX-License-Identifier: GPL-2.0
// Where a trace goes, as it comes: a file, or standard output.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "term/output.hh"

namespace wqctl {

class OutFile {
public:
    // None or "-": standard output. What can't be written is refused here, not after a recording; what is in the file
    // stays until something is written, because the recording may not come about.
    OutFile(const std::optional<std::string>& path, Output& output);
    ~OutFile();
    OutFile(const OutFile&) = delete;
    OutFile& operator=(const OutFile&) = delete;

    // Throws when the disk is full: what was written can be read to its last whole packet.
    void write(std::string_view bytes);
    // Between the parts of what has no end: false when it is standard output, and nobody reads that any more.
    bool flush() { return !is_standard_output() || output_.flush(); }
    // All of it is with the system.
    void finish();
    bool is_standard_output() const { return path_.empty(); }

private:
    [[noreturn]] void fail() const;

    Output& output_;
    std::string path_;
    int file_ = -1;
    bool is_new_ = false;
    bool has_begun_ = false;
};

}  // namespace wqctl
