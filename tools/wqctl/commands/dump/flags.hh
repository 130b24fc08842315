// SPDX-License-Identifier: GPL-2.0
// What was said behind `wqctl dump`.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace wqctl {

struct DumpFlags {
    std::vector<std::string> sections;
    std::vector<std::string> workqueues;  // regular expressions
    std::optional<std::string> pool;
    std::optional<std::string> cpu;
    bool busy = false;
    bool json = false;
    std::string format = "table";
};

}  // namespace wqctl
