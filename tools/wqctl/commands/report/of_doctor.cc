// SPDX-License-Identifier: GPL-2.0
#include <ctime>

#include <fmt/core.h>

#include "commands/report/readers.hh"
#include "text/names.hh"

namespace wqctl::page {

namespace {

Mark mark_of(const std::string& certainty)
{
    return certainty == "certain" ? Mark::kBad : certainty == "likely" ? Mark::kDoubtful : Mark::kNone;
}

std::string suspect_text(const Fields& suspect)
{
    std::string who = suspect.text_or("function", "");
    if (suspect.find("workqueue"))
        who += (who.empty() ? "" : " of ") + suspect.text("workqueue");
    if (who.empty())
        who = suspect.text_or("task", "somebody");
    if (const Node* pid = suspect.find("pid"); pid && pid->is_number())
        who += fmt::format(" (pid {})", pid->real);
    const std::string doing = suspect.text_or("doing", "");
    return doing.empty() ? who : who + ": " + doing;
}

std::string stack_text(const Fields& stack)
{
    std::string text;
    for (const Node& node : stack.list_if_any("tasks")) {
        const Fields task(node, "a task", stack.file());
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", task.number("pid"), task.text("command"));
    }
    if (!text.empty())
        text += "\n";
    for (const std::string& frame : stack.texts("frames"))
        text += "  " + frame + "\n";
    return text;
}

Story story_of(const Fields& finding)
{
    Story story;
    story.title = finding.text("sentence");
    story.badge = finding.text_or("certainty", "");
    story.mark = mark_of(story.badge);
    const auto add = [&](const char* title, std::vector<std::string> lines) {
        if (!lines.empty())
            story.paragraphs.emplace_back(title, std::move(lines));
    };
    std::vector<std::string> suspects, evidence;
    for (const Node& node : finding.list_if_any("suspects"))
        suspects.push_back(suspect_text(Fields(node, "a suspect", finding.file())));
    for (const Node& node : finding.list_if_any("evidence")) {
        const Fields one(node, "a piece of evidence", finding.file());
        const auto line = one.number_if_any("line");
        evidence.push_back(line ? fmt::format("line {}: {}", *line, one.text("text")) : one.text("text"));
    }
    add("Suspect", std::move(suspects));
    add("Who waits", finding.texts("victims"));
    add("Evidence", std::move(evidence));
    if (finding.find("next"))
        add("What to do", {finding.text("next")});
    add("Rule", {fmt::format("{}; {}", finding.text_or("rule", "?"), finding.text_or("kernel", ""))});
    std::string stacks;
    for (const Node& node : finding.list_if_any("stacks"))
        stacks += stack_text(Fields(node, "a stack", finding.file()));
    if (!stacks.empty())
        story.texts.emplace_back("Stacks, the innermost first", std::move(stacks));
    return story;
}

// In UTC: whoever reads it may be elsewhere.
std::string clock_of(const Fields& line)
{
    const auto time = static_cast<std::time_t>(number_up_to(line, "time", kMostExact));
    std::tm utc{};
    char text[40] = "?";
    if (gmtime_r(&time, &utc))
        std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &utc);
    return text;
}

// Whether all of it was: what nobody understood may be what is stuck.
bool was_understood(const Fields& root, Section& section)
{
    const double pieces = root.number_if_any("not_understood").value_or(0);
    if (pieces > 0)
        section.note(fmt::format("{} not understood, and may hold more.",
                                 pieces > 1 ? human(pieces, Unit::kNumber) + " pieces of the log were"
                                            : "A piece of the log was"),
                     Mark::kDoubtful);
    return pieces == 0;
}

}  // namespace

void read_doctor(const Fields& root, Draft& draft)
{
    Section& section = draft.section;
    Facts facts = origin_facts(root);
    if (root.find("source"))
        facts.add("Looked at", root.text("source"));
    else if (const auto lines = root.number_if_any("lines"))
        facts.add("Looked at", fmt::format("a log of {} lines", human(*lines, Unit::kNumber)));
    if (const auto interval = root.number_if_any("interval_ns"); interval && *interval > 0)
        facts.add("Between two looks", human(*interval, Unit::kTime));
    section.blocks.push_back(std::move(facts));
    const std::vector<Node>& findings = root.list("findings");
    if (const bool is_sure = was_understood(root, section); findings.empty())
        section.note("Nothing is stuck, as far as the rules see.", is_sure ? Mark::kGood : Mark::kDoubtful);
    for (const Node& node : findings)
        section.blocks.push_back(story_of(Fields(node, "a finding", root.file())));
    std::vector<std::string> not_looked_at;
    for (const Node& node : root.list_if_any("not_looked_at")) {
        const Fields one(node, "a rule", root.file());
        not_looked_at.push_back(fmt::format("{} ({})", one.text("rule"), one.text_or("why", "?")));
    }
    if (!not_looked_at.empty())
        section.note("Not looked at: " + enumerate(not_looked_at));
}

void read_doctor_watch(const std::vector<Fields>& lines, Draft& draft)
{
    Section& section = draft.section;
    Facts facts = origin_facts(lines.front());
    facts.add("Looked at", lines.front().text_or("source", "?"));
    facts.add("Told", fmt::format("{} to {}", clock_of(lines.front()), clock_of(lines.back())));
    section.blocks.push_back(std::move(facts));
    section.note("Each is told when it is new or has changed, and when it ends; in between it lasts.");
    for (const Fields& line : lines) {
        const std::string clock = clock_of(line);
        for (const Node& node : line.list_if_any("ended"))
            section.note(clock + ": ended: " + Fields(node, "a finding", line.file()).text("sentence"));
        for (const Node& node : line.list("findings")) {
            Story story = story_of(Fields(node, "a finding", line.file()));
            story.title = clock + ": " + story.title;
            section.blocks.push_back(std::move(story));
        }
    }
}

}  // namespace wqctl::page
