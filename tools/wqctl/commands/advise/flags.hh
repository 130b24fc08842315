// SPDX-License-Identifier: GPL-2.0
// What may be said behind `wqctl advise`.
#pragma once

#include <optional>
#include <string>

#include "args/args.hh"
#include "commands/advise/replay.hh"

namespace wqctl {

struct AdviseFlags {
    std::string subject;  // a workqueue or a scenario file
    Goal goal = Goal::kLatency;
    std::string duration = "10s";
    std::string budget = "60s";
    std::optional<std::string> rounds;
    std::optional<std::string> share;  // 50% beside a live workqueue, 100% for a file
    std::optional<Sleeps> sleeps;
    std::optional<std::string> order_seed;
    bool dry_run = false;
    bool json = false;
    bool no_progress = false;

    void declare(Args& args);

    // A file, and no workqueue: it ends in .json, or begins as a path, or is standard input.
    bool is_file() const;
    uint64_t duration_ns() const;
    uint64_t budget_ns() const;
    std::optional<unsigned> least_rounds() const;
    double most_share() const;
};

}  // namespace wqctl
