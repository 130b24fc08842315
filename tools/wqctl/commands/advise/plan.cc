// SPDX-License-Identifier: GPL-2.0
#include "commands/advise/plan.hh"

#include <fmt/core.h>

#include "commands/advise/judge.hh"
#include "scenario/validate.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

void check_rounds(const Plan& plan, const ReplayPlan& what, size_t candidates)
{
    const unsigned rounds = least_rounds(candidates - 1);
    if (what.rounds && *what.rounds < rounds)
        throw Error::usage(
            fmt::format("--rounds {} are too few: of {} candidates {} are the least that can make anything "
                        "sure",
                        *what.rounds, candidates, rounds));
    const uint64_t least = (rounds + 1) * candidates * (*plan.round_ns + kBetweenRounds);
    if (!what.rounds && what.budget_ns < least)
        throw Error::usage(
            fmt::format("--budget {} is too small: a warm-up and {} rounds of {} candidates take {}; use "
                        "that or more",
                        exact_time(what.budget_ns), rounds, candidates, human_time(least, Charset::kAscii)));
}

}  // namespace

Plan plan_replay(const Profile& profile, Candidates& candidates, const ReplayPlan& what, const Info& info,
                 const Topology& topology)
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
    plan.budget_ns = what.budget_ns;
    plan.least_rounds = what.rounds;
    plan.round_ns = round_length(what.budget_ns, candidates.tried.size());
    check_rounds(plan, what, candidates.tried.size());
    for (size_t i = 0; i < candidates.tried.size(); i++) {
        scenarios[i].duration = plan.round_ns;
        plan.cells.push_back(BenchCell::of({candidates.tried[i].name, {}, std::move(scenarios[i])}));
    }
    return plan;
}

}  // namespace wqctl
