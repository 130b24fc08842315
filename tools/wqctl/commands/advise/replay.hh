// SPDX-License-Identifier: GPL-2.0
// Scenarios that replay a measured load on a candidate, with bystanders beside it.
#pragma once

#include <optional>

#include "bench/model.hh"
#include "commands/advise/candidates.hh"
#include "scenario/scenario.hh"
#include "text/choose.hh"

namespace wqctl {

enum class Goal { kLatency, kThroughput, kIsolation };

inline constexpr std::array<Named<Goal>, 3> kGoals = {{
    {"latency", Goal::kLatency, "that its items wait shortly"},
    {"throughput", Goal::kThroughput, "that as many of its items as can be are done"},
    {"isolation", Goal::kIsolation, "that others wait shortly because of it"},
}};

// The workqueues of such a scenario, in this order.
enum ReplayRow : size_t { kLoadRow, kBystanderRow, kHighpriBystanderRow, kReplayRows };

struct ReplayPlan {
    Goal goal = Goal::kLatency;
    double share = 1;              // of all CPUs, that it may take at most
    std::optional<Scenario> file;  // replayed as it is written, instead of what was measured
    uint64_t budget_ns = 60'000'000'000;
    std::optional<unsigned> rounds;  // of each at least, whatever the budget
};

// Where it queues: isolated CPUs have something else to do.
CpuList replay_cpus(const Topology& topology);
// What a replay can't show of this load.
std::vector<std::string> limitations(const Profile& profile, const ReplayPlan& plan, const Topology& topology);

// What it takes of all CPUs, as far as one can say before: a share.
double expected_share(const Profile& profile, const ReplayPlan& plan, const Topology& topology);
// Refuses what goes beyond the plan's share.
void check_share(const Profile& profile, const ReplayPlan& plan, const Topology& topology);

Scenario replay(const Profile& profile, const Candidate& candidate, const ReplayPlan& plan, const Topology& topology);

// A time of its histogram's quantiles, with its mean.
TimeDist measured_times(const Latency& run, uint64_t most_ns);

}  // namespace wqctl
