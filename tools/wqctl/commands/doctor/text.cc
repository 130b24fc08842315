// SPDX-License-Identifier: GPL-2.0
#include <algorithm>

#include <fmt/core.h>

#include "commands/doctor/render.hh"
#include "commands/doctor/rules.hh"
#include "term/lines.hh"
#include "text/printable.hh"

namespace wqctl {

namespace {

constexpr std::string_view kIndent = "   ";

std::string labelled(std::string_view label, const std::string& text, const Style& style)
{
    const std::string first = fmt::format("{}{:<9}", kIndent, label);
    return hanging(first, one_line(text), style.width);
}

std::string suspect_text(const Suspect& suspect)
{
    std::string text = suspect.function.empty() ? suspect.task : suspect.function;
    const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
    if (!suspect.workqueue.empty())
        add("workqueue " + suspect.workqueue);
    if (suspect.pid)
        add(fmt::format("pid {}", *suspect.pid));
    if (!suspect.doing.empty())
        add(suspect.doing);
    return text;
}

// "of 3 tasks (67, 71, 72): mutex_lock <- func"
std::string stack_text(const StackGroup& group, const Style& style)
{
    std::string pids;
    constexpr size_t kShown = 8;
    for (size_t i = 0; i < std::min(kShown, group.tasks.size()); i++)
        pids += fmt::format("{}{}", i ? ", " : "", group.tasks[i].pid);
    if (group.tasks.size() > kShown)
        pids += ", ...";
    return fmt::format("of {}: {}",
                       group.tasks.size() == 1 ? pids : fmt::format("{} tasks ({})", group.tasks.size(), pids),
                       path_text(group.frames, style.charset));
}

}  // namespace

std::string_view certainty_name(Certainty certainty)
{
    switch (certainty) {
    case Certainty::kCertain: return "certain";
    case Certainty::kLikely: return "likely";
    case Certainty::kUnexplained: break;
    }
    return "unexplained";
}

std::string render_details(const Finding& finding, const Style& style)
{
    std::string text;
    text += labelled("sure", std::string(certainty_name(finding.certainty)), style);
    for (const Suspect& suspect : finding.suspects)
        text += labelled("suspect", suspect_text(suspect), style);
    for (const std::string& victim : finding.victims)
        text += labelled("waiting", victim, style);
    for (const Evidence& evidence : finding.evidence)
        text += labelled(
            "seen", evidence.line ? fmt::format("line {}: {}", *evidence.line, evidence.text) : evidence.text, style);
    for (const StackGroup& group : finding.stacks)
        text += labelled("stack", stack_text(group, style), style);
    text += labelled("rule", fmt::format("{}: {}", finding.rule, finding.kernel), style);
    text += labelled("next", finding.next, style);
    return text;
}

std::string render_findings(const std::vector<Finding>& findings, const Style& style)
{
    std::string text;
    unsigned number = 0;
    for (const Finding& finding : findings) {
        if (number)
            text += "\n";
        text += hanging(fmt::format("{}. ", ++number), one_line(finding.sentence), style.width);
        text += render_details(finding, style);
    }
    return text;
}

std::string render_not_looked_at(const std::vector<NotLookedAt>& not_looked_at, const Style& style)
{
    std::string text;
    for (const NotLookedAt& one : not_looked_at)
        text += hanging(fmt::format("not looked at: {}: ", one.rule), one_line(one.why), style.width);
    return text;
}

std::string render_rules(const Style& style)
{
    std::string text;
    for (const Rule& rule : rules()) {
        if (!text.empty())
            text += "\n";
        text += style.bold(rule.name) + "\n";
        text += labelled("finds", std::string(rule.summary), style);
        text += labelled("looks", std::string(rule.looks), style);
        text += labelled("fix", std::string(rule.fix), style);
        text += labelled("kernel", std::string(rule.kernel), style);
    }
    return text;
}

}  // namespace wqctl
