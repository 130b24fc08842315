// SPDX-License-Identifier: GPL-2.0
// Where a trace goes, as it comes: a file, or standard output.
#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace wqctl {

class Output;

class OutFile {
public:
    // None or "-": standard output. What can't be written is refused here, not after a recording.
    OutFile(const std::optional<std::string>& path, Output& output);

    // Throws when the disk is full: what was written can be read to its last whole packet.
    void write(std::string_view bytes);
    // All of it is with the system.
    void finish();
    bool is_standard_output() const { return !file_; }

private:
    [[noreturn]] void fail() const;

    Output& output_;
    std::string path_;
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_{nullptr, std::fclose};
};

}  // namespace wqctl
