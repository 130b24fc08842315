// SPDX-License-Identifier: GPL-2.0
#include <algorithm>

#include <fmt/core.h>

#include "commands/advise/advised.hh"
#include "report/measure.hh"
#include "term/lines.hh"
#include "term/table.hh"
#include "text/printable.hh"

namespace wqctl {

namespace {

constexpr size_t kTitle = 10;

std::string lines_of(const std::vector<Sentence>& sentences, const Style& style)
{
    std::string text;
    for (const Sentence& sentence : sentences)
        text += hanging(pad_right(sentence.title, kTitle), sentence.text, style.width);
    return text;
}

Table table_of(const Advice& advice, const Style& style)
{
    using enum Table::Align;
    const FigureIndex goal = advice.figure;
    Table table;
    table.column("candidate", kLeft);
    table.column("p50", kRight, std::string(kFigures[goal].title));
    table.column("change", kRight, std::string(kFigures[goal].title));
    table.column("95% interval", kRight, std::string(kFigures[goal].title));
    table.column("sure", kLeft);
    for (size_t f = 0; f < kFigures.size(); f++)
        if (f != goal)
            table.column(std::string(kFigures[f].title));
    for (size_t i = 0; i < advice.candidates.size(); i++) {
        const JudgedCandidate& one = advice.candidates[i];
        std::vector<std::string> cells = {one.candidate->name};
        const auto shown = [&](size_t f) {
            const auto& effect = one.effects[f];
            return effect ? human(kRunMeasures[kFigures[f].measure], effect->median, style.charset)
                          : std::string(one.error.empty() ? "-" : "");
        };
        cells.push_back(shown(goal));
        const auto& effect = one.effects[goal];
        const bool is_base = i == 0;
        cells.push_back(effect && !is_base ? human_change(effect->ratio, style.charset) : "");
        cells.push_back(effect && !is_base && effect->interval
                            ? fmt::format("{}..{}", human_change(effect->interval->low, style.charset),
                                          human_change(effect->interval->high, style.charset))
                            : "");
        cells.push_back(!one.error.empty()                                        ? "refused"
                        : advice.best == i                                        ? style.green("best")
                        : is_base || !effect || one.p_corrected > 1 - kConfidence ? ""
                                                                                  : "yes");
        for (size_t f = 0; f < kFigures.size(); f++)
            if (f != goal)
                cells.push_back(shown(f));
        table.row(std::move(cells));
    }
    return table;
}

// Once for all that one reason keeps out.
std::string not_tried(const std::vector<NotTried>& all, const Style& style)
{
    std::string text;
    for (const NotTried& one : all)
        text += hanging("not tried  ", fmt::format("{}: {}", one.name, one.reason), style.width);
    return text;
}

std::string likeness(const Likeness& like, const Style& style)
{
    const auto time = [&](double ns) { return human_time(static_cast<uint64_t>(std::max(0.0, ns)), style.charset); };
    std::string text = fmt::format("as it is, the replay waits {} (p99 {}) where the load waits {} (p99 {})",
                                   time(like.replayed_p50), time(like.replayed_p99), time(like.measured_p50),
                                   time(like.measured_p99));
    if (like.is_doubtful())
        text += ": the replay is not much like the load, and the answer that doubtful";
    return hanging(pad_right("likeness", kTitle), text, style.width);
}

}  // namespace

std::string render_advice(const Advised& advised, const Style& style)
{
    const Profile& profile = advised.profile;
    std::string text = wrap(fmt::format("{}  {}, {}, {} looks, CPUs {}, Linux {}", style.bold("advise"),
                                        one_line(profile.subject.name), human_time(profile.elapsed_ns, style.charset),
                                        profile.looks, advised.cpus, advised.kernel),
                            style.width, "");
    text += "\n" + lines_of(describe(profile, style.charset), style);
    for (const std::string& caveat : advised.caveats)
        text += hanging(pad_right("but", kTitle), caveat, style.width);
    if (!advised.advice) {
        text += "\n" + hanging(
                           "would try  ",
                           [&] {
                               std::string names;
                               for (const Candidate& one : advised.candidates.tried)
                                   names += (names.empty() ? "" : "; ") + one.name;
                               return names;
                           }(),
                           style.width);
        return text + not_tried(advised.candidates.not_tried, style);
    }
    const BenchResult& bench = *advised.bench;
    text += "\n" + wrap(fmt::format("replayed for {}: {} each of {}, in random order (--order-seed {})",
                                    human_time(bench.elapsed_ns, style.charset), counted(bench.passes, "round"),
                                    human_time(bench.plan.round_ns.value_or(0), style.charset), bench.plan.seed),
                        style.width, "");
    text += table_of(*advised.advice, style).render(style);
    for (const JudgedCandidate& one : advised.advice->candidates)
        if (!one.error.empty())
            text += hanging("refused  ", one_line(fmt::format("{}: {}", one.candidate->name, one.error)), style.width);
    text += "\n" + lines_of(answer(advised, style.charset), style);
    if (advised.advice->likeness)
        text += likeness(*advised.advice->likeness, style);
    return text + not_tried(advised.candidates.not_tried, style);
}

}  // namespace wqctl
