// SPDX-License-Identifier: GPL-2.0
// What may be said behind `wqctl latency`.
#pragma once

#include <string>

#include "args/args.hh"
#include "report/recording.hh"

namespace wqctl {

struct LatencyFlags {
    LatencyView view;
    std::string duration = "5s";
    bool json = false;
    bool no_progress = false;

    void declare(Args& args);
};

}  // namespace wqctl
