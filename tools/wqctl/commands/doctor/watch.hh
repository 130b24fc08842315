// SPDX-License-Identifier: GPL-2.0
// Looks again and again, and is quiet until something is wrong.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "command.hh"
#include "source/flags.hh"
#include "text/patterns.hh"

namespace wqctl {

struct WatchPlan {
    uint64_t every_ns = 0;
    std::optional<std::string> exec;         // a command of the shell, for each change
    std::optional<std::string> openmetrics;  // a file, or "-": standard output
    bool json = false;
    Patterns wanted;
};

// Until it is interrupted.
int watch(Context& context, const SourceFlags& source, const WatchPlan& plan);

}  // namespace wqctl
