// SPDX-License-Identifier: GPL-2.0
// What the rounds of the candidates say of the goal, and what each costs the others.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/model.hh"
#include "commands/advise/replay.hh"
#include "stats/median.hh"

namespace wqctl {

// What is looked at: a measure of a row.
struct Figure {
    std::string_view key;    // in JSON
    std::string_view title;  // of a column
    std::string_view words;  // in a sentence
    ReplayRow row;
    size_t measure;       // in kRunMeasures
    bool is_cpu = false;  // for each item of the load, of all that was spent
};

enum FigureIndex : size_t { kItemsFigure, kMedianWait, kTailWait, kCpuFigure, kBystanderMedian, kBystanderTail };

inline constexpr std::array<Figure, 6> kFigures = {{
    {"items_per_s", "items/s", "items/s", kLoadRow, 0},
    {"wait_p50_ns", "wait p50", "median wait", kLoadRow, 1},
    {"wait_p99_ns", "wait p99", "p99 wait", kLoadRow, 2},
    {"cpu_ns_per_item", "CPU/item", "CPU time for an item", kLoadRow, 4, true},
    {"bystander_wait_p50_ns", "others p50", "median wait of others", kBystanderRow, 1},
    {"bystander_wait_p99_ns", "others p99", "p99 wait of others", kBystanderRow, 2},
}};

// items: of what the goal looks at, in a round. Of few the 99th percentile is the longest of all, which is noise: then
// it is the median.
FigureIndex figure_of(Goal goal, double items);

// Of a candidate, against what it is now, in the passes that both have.
struct Effect {
    double median = 0;  // the candidate's own
    double ratio = 1;
    std::optional<Interval> interval;  // of the ratio, as sure as alpha wants it
    double p = 1;                      // a sign test's
    double alpha = 0.05;               // its part of what all questions that are asked at once may err

    bool is_sure() const;
};

struct JudgedCandidate {
    const Candidate* candidate = nullptr;
    std::string error;  // the kernel's, if it refused it
    std::array<std::optional<Effect>, kFigures.size()> effects;
    double p_corrected = 1;  // of the goal's figure, for all candidates
    bool is_better = false;  // surely by so much that it is worth a change
};

// What replaying makes of the workqueue as it is, beside what was measured: how far the replay is like the load.
struct Likeness {
    double measured_p50 = 0, replayed_p50 = 0;
    double measured_p99 = 0, replayed_p99 = 0;

    bool is_doubtful() const;
};

struct Advice {
    Goal goal = Goal::kLatency;
    FigureIndex figure = kTailWait;           // by which it is judged
    std::vector<JudgedCandidate> candidates;  // in the order of Candidates
    std::optional<size_t> best;               // nothing: none is better
    // So great a change would have been found better, in the candidate that is known least well; nothing: there are too
    // few rounds.
    std::optional<double> would_be_seen;
    std::optional<Likeness> likeness;  // nothing of a file: it is replayed as it is written
};

// A change of less is not worth it, however sure it is.
inline constexpr double kWorthIt = 0.05;

// Rounds from which on one candidate of so many can be surely better at all.
unsigned least_rounds(size_t candidates);

// result: a cell for each of the candidates, in their order.
Advice judge(const Candidates& candidates, const BenchResult& result, Goal goal, const Profile& profile, bool is_file);

}  // namespace wqctl
