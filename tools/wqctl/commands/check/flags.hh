// SPDX-License-Identifier: GPL-2.0
// What may be said of wqctl check.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wqctl {

struct CheckFlags {
    std::vector<std::string> patterns;
    std::vector<std::string> classes;
    std::string fault;
    std::string shuffle;
    uint32_t repeat = 1;
    bool list = false, markdown = false, proof = false;
    bool ktap = false, junit = false;
    bool fail_fast = false;
};

}  // namespace wqctl
