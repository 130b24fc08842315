// SPDX-License-Identifier: GPL-2.0
// A log's file, compressed or not.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace wqctl {

// Reads it to its end, piece by piece. path: "-" is standard input. Refuses what cannot be read or unpacked.
void read_log_file(const std::string& path, const std::function<void(std::string_view)>& take);

}  // namespace wqctl
