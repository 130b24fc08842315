// SPDX-License-Identifier: GPL-2.0
#pragma once

#include <string_view>
#include <vector>

namespace wqctl {

// The parts between any of these separators; one empty part of an empty text.
inline std::vector<std::string_view> split(std::string_view text, std::string_view separators)
{
    std::vector<std::string_view> parts;
    for (size_t end; (end = text.find_first_of(separators)) != std::string_view::npos; text.remove_prefix(end + 1))
        parts.push_back(text.substr(0, end));
    parts.push_back(text);
    return parts;
}

}  // namespace wqctl
