// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string_view>

namespace wqctl {

// A part of a whole, as people write it: "3%", "0.5%" are 0.03, 0.005. Refuses what is no percentage.
double parse_share(std::string_view text);

}  // namespace wqctl
