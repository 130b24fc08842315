// SPDX-License-Identifier: GPL-2.0
// What may be said behind `wqctl explain`.
#pragma once

#include <string>
#include <vector>

#include "args/args.hh"

namespace wqctl {

struct ExplainFlags {
    std::vector<std::string> topics;
    bool all = false;
    bool list = false;
    bool json = false;

    void declare(Args& args);
};

}  // namespace wqctl
