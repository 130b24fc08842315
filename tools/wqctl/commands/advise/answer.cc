// SPDX-License-Identifier: GPL-2.0
// What to write, what it wins, what it costs, and what has to be so for it.
#include <cmath>

#include <fmt/core.h>

#include "commands/advise/advised.hh"
#include "report/measure.hh"
#include "text/shell_words.hh"

namespace wqctl {

namespace {

std::string interval_of(const Effect& effect, Charset charset)
{
    if (!effect.interval)
        return " (too few rounds for an interval)";
    return fmt::format(" ({} to {})", human_change(effect.interval->low, charset),
                       human_change(effect.interval->high, charset));
}

std::string change_of(const Figure& figure, const Effect& effect, double before, Charset charset)
{
    const Measure& measure = kRunMeasures[figure.measure];
    return fmt::format("{} {}{}: {} instead of {}", figure.words, human_change(effect.ratio, charset),
                       interval_of(effect, charset), human(measure, effect.median, charset),
                       human(measure, before, charset));
}

double before(const Advice& advice, size_t figure)
{
    const auto& effect = advice.candidates.front().effects[figure];
    return effect ? effect->median : 0;
}

// Of the other figures those that surely differ, by more than nothing.
std::string others(const Advice& advice, const JudgedCandidate& best, Charset charset)
{
    std::string text;
    std::string same;
    for (size_t f = 0; f < kFigures.size(); f++) {
        if (f == advice.figure || !best.effects[f])
            continue;
        // In an open loop as many are done as come.
        if (f == kItemsFigure && std::abs(best.effects[f]->ratio - 1) < 0.01)
            continue;
        if (best.effects[f]->is_sure())
            text += (text.empty() ? "" : "; ") + change_of(kFigures[f], *best.effects[f], before(advice, f), charset);
        else
            same += (same.empty() ? "" : ", ") + std::string(kFigures[f].words) +
                    interval_of(*best.effects[f], charset);
    }
    if (same.empty())
        return text;
    return text + (text.empty() ? "" : "; ") + "no sure difference in " + same;
}

std::string files(const Advised& advised, const Candidate& candidate)
{
    std::string text;
    for (const FileValue& file : attributes_for(advised.profile.subject, candidate))
        text += fmt::format("{}echo {} > {}", text.empty() ? "" : "; ", file.value, shell_words({file.path}));
    return text;
}

void write_down(std::vector<Sentence>& answer, const Advised& advised, const Candidate& candidate)
{
    const Subject& subject = advised.profile.subject;
    const std::string set = files(advised, candidate);
    if (is_settable(subject, candidate) && !set.empty()) {
        answer.push_back({"set", set});
        return;
    }
    answer.push_back({"write", call_for(subject, candidate, advised.info)});
    if (candidate.spec.wants_sysfs() && !set.empty())
        answer.push_back({"and set", set});
}

}  // namespace

std::vector<Sentence> answer(const Advised& advised, Charset charset)
{
    std::vector<Sentence> answer;
    if (!advised.advice)
        return answer;
    const Advice& advice = *advised.advice;
    const FigureIndex figure = advice.figure;
    const std::string goal(name_of(advice.goal, kGoals));
    if (!advice.best && advice.candidates.size() < 2) {
        answer.push_back(
            {"answer", fmt::format("leave it as it is: there is nothing else that could be tried for {}", goal)});
        return answer;
    }
    if (!advice.best) {
        std::string text = fmt::format("leave it as it is: for {}, nothing that was tried is surely better by {:.0f}%",
                                       goal, 100 * kWorthIt);
        if (advice.would_be_seen && *advice.would_be_seen <= 1)
            text += fmt::format("; a change of the {} by {:.0f}% would have been seen everywhere",
                                kFigures[figure].words, std::ceil(100 * *advice.would_be_seen));
        else if (advice.would_be_seen)
            text += fmt::format(
                "; rounds differ so much that only a change of the {} by a factor of {:.0f} would have "
                "been seen everywhere: --budget longer sees smaller ones",
                kFigures[figure].words, std::ceil(1 + *advice.would_be_seen));
        else if (advice.candidates.size() > 1)
            text += fmt::format("; it can't be told with so few rounds, {} are the least: --budget longer, or --rounds",
                                least_rounds(advice.candidates.size() - 1));
        answer.push_back({"answer", std::move(text)});
        return answer;
    }
    const JudgedCandidate& best = advice.candidates[*advice.best];
    answer.push_back({"answer", fmt::format("for {}: {}", goal, best.candidate->name)});
    write_down(answer, advised, *best.candidate);
    answer.push_back({"wins", change_of(kFigures[figure], *best.effects[figure], before(advice, figure), charset)});
    if (const std::string text = others(advice, best, charset); !text.empty())
        answer.push_back({"besides", text});
    for (const std::string& condition : conditions_for(advised.profile, *best.candidate))
        answer.push_back({"only if", condition});
    return answer;
}

}  // namespace wqctl
