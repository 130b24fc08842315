// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string>
#include <string_view>

namespace wqctl {

// Without colours, carriage returns, tabs, the spaces that do not break, and what pages write for signs.
std::string plain_spaces(std::string_view raw);

}  // namespace wqctl
