// SPDX-License-Identifier: GPL-2.0
// What may be said to wqctl top.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace wqctl {

struct TopFlags {
    std::string delay = "1";
    std::optional<std::string> count;
    std::optional<std::string> view;
    std::vector<std::string> patterns;
    bool batch = false;
    bool hides_quiet = false;
};

}  // namespace wqctl
