// SPDX-License-Identifier: GPL-2.0
// `wqctl trace show FILE`: what a recording says, here or from another machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "args/args.hh"
#include "trace/sums.hh"

namespace wqctl {

class Output;

struct ShowFlags {
    std::optional<std::string> item;     // an identity, or "slowest"
    std::optional<std::string> slowest;  // so many
    std::optional<StoryGrouping> by;
    std::optional<StoryStage> order;

    void declare(Args& args);
    bool any() const { return item || slowest || by || order; }
};

enum class ShowFormat { kSums, kText, kJson };

// patterns: only items whose workqueue or function one of them matches somewhere. file: "-" is standard input.
int show_trace(const std::string& file, const std::vector<std::string>& patterns, const ShowFlags& flags,
               ShowFormat format, Output& output);

}  // namespace wqctl
