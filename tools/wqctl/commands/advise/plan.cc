// SPDX-License-Identifier: GPL-2.0
#include "commands/advise/plan.hh"

#include <fmt/core.h>

#include "scenario/validate.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

constexpr unsigned kLeastRounds = 6;  // an interval takes so many

}  // namespace

Plan plan_replay(const Profile& profile, Candidates& candidates, const ReplayPlan& what, uint64_t budget_ns,
                 const Info& info, const Topology& topology)
{
    std::vector<Candidate> sound;
    std::vector<Scenario> scenarios;
    for (Candidate& candidate : candidates.tried) {
        Scenario scenario = resolve(replay(profile, candidate, what, topology));
        try {
            validate(scenario, topology, &info);
        } catch (const Error& error) {
            // What it is now can be replayed, or there is nothing to compare with.
            if (!candidate.changes)
                throw Error(kBad, "its load can't be replayed: " + error.message, error.hint);
            candidates.not_tried.push_back({candidate.name, error.message});
            continue;
        }
        sound.push_back(std::move(candidate));
        scenarios.push_back(std::move(scenario));
    }
    candidates.tried = std::move(sound);

    Plan plan;
    plan.precision = -1;  // of items/s, which is not what is asked for: the budget is used up
    plan.budget_ns = budget_ns;
    plan.round_ns = round_length(budget_ns, candidates.tried.size());
    const uint64_t least = (kLeastRounds + 1) * candidates.tried.size() * (*plan.round_ns + kBetweenRounds);
    if (budget_ns < least)
        throw Error::usage(fmt::format(
            "--budget {} is too small: a warm-up and {} rounds of {} candidates take {}; use "
            "that or more",
            exact_time(budget_ns), kLeastRounds, candidates.tried.size(), human_time(least, Charset::kAscii)));
    for (size_t i = 0; i < candidates.tried.size(); i++) {
        scenarios[i].duration = plan.round_ns;
        plan.cells.push_back(BenchCell::of({candidates.tried[i].name, {}, std::move(scenarios[i])}));
    }
    return plan;
}

}  // namespace wqctl
