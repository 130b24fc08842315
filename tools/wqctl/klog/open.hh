// SPDX-License-Identifier: GPL-2.0
// A log's file, compressed or not.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace wqctl {

// Reads it to its end, piece by piece. path: "-" is standard input. Refuses what is no text, and what cannot be read or
// unpacked; where only its end cannot, says what is wrong: of a log its front is worth reading.
std::string read_log_file(const std::string& path, const std::function<void(std::string_view)>& take);

}  // namespace wqctl
