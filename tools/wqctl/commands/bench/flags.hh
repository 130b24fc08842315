// SPDX-License-Identifier: GPL-2.0
// What may be said behind `wqctl bench`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "args/args.hh"
#include "scenario/flags.hh"

namespace wqctl {

struct BenchFlags {
    RunFlags run;  // the scenario; its preset is one of bench's
    std::vector<std::string> vary;
    std::string precision = "2%";
    std::optional<std::string> budget;  // 60s, unless rounds is given
    std::optional<std::string> rounds;
    std::optional<std::string> baseline;
    std::optional<std::string> order_seed;
    bool list = false;
    bool json = false;
    bool no_progress = false;

    void declare(Args& args);
};

}  // namespace wqctl
