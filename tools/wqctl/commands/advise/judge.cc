// SPDX-License-Identifier: GPL-2.0
#include "commands/advise/judge.hh"

#include <algorithm>
#include <cmath>
#include <map>

namespace wqctl {

namespace {

constexpr size_t kSpeed = 0;  // in kRunMeasures

bool more_is_better(FigureIndex figure) { return figure == kItemsFigure; }

using ByPass = std::map<unsigned, double>;

ByPass values_of(const BenchCell& cell, const Figure& figure)
{
    ByPass values;
    if (cell.rows.size() < kReplayRows)
        return values;
    // Of the bystanders, the one that fares worse: a load that gets out of the way of one into that of the other wins
    // nothing.
    for (size_t row = figure.row; row < (figure.row == kLoadRow ? kBystanderRow : kReplayRows); row++)
        for (const Round& round : cell.rows[row].rounds)
            if (const auto& value = round.figures[figure.measure]; value && *value > 0)
                values[round.pass] = std::max(values[round.pass], *value);
    if (!figure.is_cpu)
        return values;
    // It was shared out among the items of all; the bystanders' are as many in every cell.
    ByPass load, others;
    for (size_t row = kLoadRow; row < kReplayRows; row++)
        for (const Round& round : cell.rows[row].rounds)
            (row == kLoadRow ? load : others)[round.pass] += round.figures[kSpeed].value_or(0);
    for (auto& [pass, value] : values)
        if (load[pass] > 0)
            value *= 1 + others[pass] / load[pass];
    return values;
}

std::vector<double> log_ratios(const ByPass& base, const ByPass& other)
{
    std::vector<double> ratios;
    for (const auto& [pass, value] : other)
        if (const auto found = base.find(pass); found != base.end())
            ratios.push_back(std::log(value / found->second));
    return ratios;
}

std::vector<double> plain(const ByPass& values)
{
    std::vector<double> all;
    for (const auto& [pass, value] : values)
        all.push_back(value);
    return all;
}

std::optional<Effect> effect_of(const BenchCell& base, const BenchCell& cell, const Figure& figure, double alpha)
{
    const ByPass values = values_of(cell, figure);
    const std::vector<double> ratios = log_ratios(values_of(base, figure), values);
    if (ratios.empty())
        return {};
    Effect effect;
    effect.median = median(plain(values));
    effect.ratio = std::exp(median(ratios));
    effect.alpha = alpha;
    if (const auto interval = median_interval(ratios, 1 - alpha))
        effect.interval = Interval{std::exp(interval->low), std::exp(interval->high)};
    effect.p = sign_test(ratios);
    return effect;
}

// All of the interval is.
bool is_worth_it(const Effect& effect, FigureIndex figure)
{
    if (!effect.interval)
        return false;
    return more_is_better(figure) ? effect.interval->low >= 1 + kWorthIt : effect.interval->high <= 1 - kWorthIt;
}

// The better of two, by their medians of ratios.
bool is_ahead(const Effect& a, const Effect& b, FigureIndex figure)
{
    return more_is_better(figure) ? a.ratio > b.ratio : a.ratio < b.ratio;
}

// Of the row that the goal looks at, in a round of the workqueue as it is.
double items_in_round(const BenchResult& result, Goal goal)
{
    const BenchCell& base = result.plan.cells.front();
    const size_t row = goal == Goal::kIsolation ? kBystanderRow : kLoadRow;
    if (base.rows.size() <= row)
        return 0;
    std::vector<double> speeds;
    for (const Round& round : base.rows[row].rounds)
        speeds.push_back(round.figures[kSpeed].value_or(0));
    return median(speeds) * static_cast<double>(result.plan.round_ns.value_or(0)) / 1e9;
}

// Of those that are better, the one that is ahead; but of what is within kWorthIt of it, what changes least.
std::optional<size_t> choose_best(const Advice& advice, const BenchResult& result, FigureIndex figure)
{
    std::optional<size_t> ahead;
    const auto& all = advice.candidates;
    for (size_t i = 1; i < all.size(); i++)
        if (all[i].is_better && (!ahead || is_ahead(*all[i].effects[figure], *all[*ahead].effects[figure], figure)))
            ahead = i;
    if (!ahead)
        return {};
    std::optional<size_t> best;
    for (size_t i = 1; i < all.size(); i++) {
        if (!all[i].is_better)
            continue;
        const std::vector<double> ratios = log_ratios(values_of(result.plan.cells[*ahead], kFigures[figure]),
                                                      values_of(result.plan.cells[i], kFigures[figure]));
        if (i != *ahead && std::abs(std::exp(median(ratios)) - 1) >= kWorthIt)
            continue;
        const auto changes = [&](size_t which) { return all[which].candidate->changes; };
        const bool is_less = best && changes(i) == changes(*best)
                                 ? is_ahead(*all[i].effects[figure], *all[*best].effects[figure], figure)
                                 : !best || changes(i) < changes(*best);
        if (is_less)
            best = i;
    }
    return best;
}

}  // namespace

FigureIndex figure_of(Goal goal, double items)
{
    constexpr double kEnough = 150;
    switch (goal) {
    case Goal::kThroughput: return kItemsFigure;
    case Goal::kIsolation: return items < kEnough ? kBystanderMedian : kBystanderTail;
    case Goal::kLatency: break;
    }
    return items < kEnough ? kMedianWait : kTailWait;
}

bool Effect::is_sure() const { return p <= alpha; }

// All rounds on one side have p = 2^(1 - n), which is raised for the number of candidates.
unsigned least_rounds(size_t candidates)
{
    const double questions = static_cast<double>(std::max<size_t>(1, candidates)) / (1 - kConfidence);
    return static_cast<unsigned>(std::ceil(1 + std::log2(questions)));
}

bool Likeness::is_doubtful() const
{
    const auto apart = [](double a, double b) { return a > 0 && b > 0 && std::max(a, b) > 3 * std::min(a, b); };
    return apart(measured_p50, replayed_p50) || apart(measured_p99, replayed_p99);
}

Advice judge(const Candidates& candidates, const BenchResult& result, Goal goal, const Profile& profile, bool is_file)
{
    const FigureIndex figure = figure_of(goal, items_in_round(result, goal));
    Advice advice;
    advice.goal = goal;
    advice.figure = figure;
    // Of the goal's figure as many questions are asked as there are candidates, of the others one of each, of the best.
    const size_t others = candidates.tried.empty() ? 0 : candidates.tried.size() - 1;
    const auto alpha = [&](size_t f) {
        const size_t questions = f == figure ? others : kFigures.size() - 1;
        return (1 - kConfidence) / static_cast<double>(std::max<size_t>(1, questions));
    };
    for (size_t i = 0; i < candidates.tried.size() && i < result.plan.cells.size(); i++) {
        JudgedCandidate judged;
        judged.candidate = &candidates.tried[i];
        judged.error = result.plan.cells[i].error;
        for (size_t f = 0; f < kFigures.size() && judged.error.empty(); f++)
            judged.effects[f] = effect_of(result.plan.cells.front(), result.plan.cells[i], kFigures[f], alpha(f));
        advice.candidates.push_back(std::move(judged));
    }
    bool all_known = others > 0;
    for (size_t i = 1; i < advice.candidates.size(); i++) {
        JudgedCandidate& judged = advice.candidates[i];
        const auto& effect = judged.effects[figure];
        if (!effect)
            continue;
        judged.p_corrected = std::min(1.0, effect->p * static_cast<double>(others));
        judged.is_better = is_worth_it(*effect, figure);
        if (!effect->interval) {
            all_known = false;
            continue;
        }
        const double width = std::max(effect->interval->high / effect->ratio, effect->ratio / effect->interval->low);
        advice.would_be_seen = std::max(advice.would_be_seen.value_or(0), width * (1 + kWorthIt) - 1);
    }
    if (!all_known)
        advice.would_be_seen.reset();
    advice.best = choose_best(advice, result, figure);
    const auto replayed = [&](FigureIndex which) {
        const auto& effect = advice.candidates.empty() ? std::nullopt : advice.candidates.front().effects[which];
        return effect ? effect->median : 0;
    };
    // Of what was measured the two stages are added: the median of sums is near the sum of medians.
    if (!is_file && goal != Goal::kThroughput) {
        advice.likeness = Likeness{
            profile.pending.quantile(0.5) + profile.inactive.quantile(0.5), replayed(kMedianWait),
            profile.pending.quantile(0.99) + profile.inactive.quantile(0.99), replayed(kTailWait)};
    }
    return advice;
}

}  // namespace wqctl
