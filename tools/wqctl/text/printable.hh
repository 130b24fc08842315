// SPDX-License-Identifier: GPL-2.0
// Names come from whoever called alloc_workqueue() or prctl(): what a
// terminal would obey, or a collector choke on, is replaced.
#pragma once

#include <string>
#include <string_view>

namespace wqctl {

// ASCII without control characters; "?" for each other byte.
std::string printable(std::string_view text);

// Valid UTF-8; U+FFFD for each byte that is no part of it.
std::string valid_utf8(std::string_view text);

// The same without control characters: "?" for each.
std::string one_line(std::string_view text);

}  // namespace wqctl
