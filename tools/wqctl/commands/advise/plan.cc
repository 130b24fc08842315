// SPDX-License-Identifier: GPL-2.0
#include "commands/advise/plan.hh"

#include <fmt/core.h>

#include "commands/advise/judge.hh"
#include "scenario/validate.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

// The bystander is of normal priority: what a workqueue of the other takes from the others of its own, and from tasks,
// is not seen, and it would win for that alone.
bool is_unfair(const Candidate& candidate, const Candidate& now, Goal goal)
{
    return goal == Goal::kIsolation && candidate.is(WQLAB_WQ_HIGHPRI) != now.is(WQLAB_WQ_HIGHPRI);
}

}  // namespace

Plan plan_replay(const Profile& profile, Candidates& candidates, const ReplayPlan& what, uint64_t budget_ns,
                 const Info& info, const Topology& topology)
{
    std::vector<Candidate> sound;
    std::vector<Scenario> scenarios;
    const Candidate now = candidates.tried.front();
    for (Candidate& candidate : candidates.tried) {
        if (is_unfair(candidate, now, what.goal)) {
            candidates.not_tried.push_back(
                {candidate.name, "the bystander has normal priority: how another disturbs others can't be compared"});
            continue;
        }
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
    const unsigned rounds = least_rounds(candidates.tried.size() - 1);
    const uint64_t least = (rounds + 1) * candidates.tried.size() * (*plan.round_ns + kBetweenRounds);
    if (budget_ns < least)
        throw Error::usage(
            fmt::format("--budget {} is too small: a warm-up and {} rounds of {} candidates take {}; use "
                        "that or more",
                        exact_time(budget_ns), rounds, candidates.tried.size(), human_time(least, Charset::kAscii)));
    for (size_t i = 0; i < candidates.tried.size(); i++) {
        scenarios[i].duration = plan.round_ns;
        plan.cells.push_back(BenchCell::of({candidates.tried[i].name, {}, std::move(scenarios[i])}));
    }
    return plan;
}

}  // namespace wqctl
