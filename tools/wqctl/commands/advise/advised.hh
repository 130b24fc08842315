// SPDX-License-Identifier: GPL-2.0
// All that wqctl advise found out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/model.hh"
#include "commands/advise/candidates.hh"
#include "commands/advise/judge.hh"
#include "commands/advise/profile.hh"
#include "commands/advise/replay.hh"
#include "term/style.hh"

namespace wqctl {

struct Advised {
    std::string kernel;
    std::string cpus;         // online
    std::string replay_cpus;  // of these, where the replay queues
    Info info;
    Profile profile;
    ReplayPlan plan;
    double expected_share = 0;
    Candidates candidates;
    std::vector<std::string> caveats;  // of the listening, and of what a replay can show
    std::optional<BenchResult> bench;  // nothing: not replayed
    std::optional<Advice> advice;
};

// The load in words and figures: a title and a sentence each.
struct Sentence {
    std::string title;
    std::string text;
};
std::vector<Sentence> describe(const Profile& profile, Charset charset);

// What will be done, before it is done.
std::string announcement(const Advised& advised, Charset charset);

// The answer: what to write, what it wins, what it costs, what has to be so.
std::vector<Sentence> answer(const Advised& advised, Charset charset);

std::string render_advice(const Advised& advised, const Style& style);
std::string advice_to_json(const Advised& advised);

}  // namespace wqctl
