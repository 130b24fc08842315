// SPDX-License-Identifier: GPL-2.0
// What may be said behind `wqctl check`.
#pragma once

#include <string>
#include <vector>

#include "args/args.hh"

namespace wqctl {

struct CheckFlags {
    std::vector<std::string> patterns;
    std::vector<std::string> classes;
    std::string fault;
    std::string shuffle;
    std::string repeat = "1";
    bool list = false, markdown = false, proof = false;
    bool ktap = false, junit = false, json = false;
    bool fail_fast = false, verbose = false;

    void declare(Args& args);
};

}  // namespace wqctl
