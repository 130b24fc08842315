// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

// No file can be made where temporary ones are, as long as this lives.
class NoTemporaryFiles {
public:
    NoTemporaryFiles()
    {
        if (const char* before = std::getenv("TMPDIR"))
            before_ = before;
        setenv("TMPDIR", "/proc/nowhere", 1);
    }
    ~NoTemporaryFiles() { before_ ? setenv("TMPDIR", before_->c_str(), 1) : unsetenv("TMPDIR"); }
    NoTemporaryFiles(const NoTemporaryFiles&) = delete;

private:
    std::optional<std::string> before_;
};
