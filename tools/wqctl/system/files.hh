// SPDX-License-Identifier: GPL-2.0
// One-line files of sysfs and procfs.
#pragma once

#include <optional>
#include <string>

namespace wqctl {

// The first line, without its end; nothing when it cannot be read.
std::optional<std::string> read_line(const std::string& path);

// Errno, 0 when written.
int write_line(const std::string& path, const std::string& text);

}  // namespace wqctl
