// SPDX-License-Identifier: GPL-2.0
#include <algorithm>

#include <fmt/core.h>

#include "commands/explain/render.hh"
#include "term/table.hh"

namespace wqctl {

namespace {

constexpr std::string_view kIndent = "  ";

std::string to_text(const Explanation::Value& value)
{
    if (const int64_t* number = std::get_if<int64_t>(&value))
        return fmt::format("{}", *number);
    if (const std::string* text = std::get_if<std::string>(&value))
        return text->empty() ? "-" : *text;
    return {};
}

// A first word, and the text beside it; further lines stay beside it, too.
std::string beside(const std::string& first, size_t columns, std::string_view text, size_t width)
{
    const std::string indent(columns, ' ');
    std::string lines = wrap(text, width, indent);
    if (!lines.empty())
        lines.replace(0, columns, pad_right(first, columns));
    return lines;
}

std::string indented(const std::string& lines)
{
    std::string text;
    for (size_t at = 0; at < lines.size();) {
        const size_t end = std::min(lines.find('\n', at), lines.size() - 1);
        const std::string line = lines.substr(at, end + 1 - at);
        text += (line == "\n" ? "" : std::string(kIndent)) + line;
        at = end + 1;
    }
    return text;
}

std::string table_of(const Explanation& e, const Style& style)
{
    Table table;
    table.column("", Table::Align::kLeft);
    table.column(e.before);
    table.column(e.after);
    for (const Explanation::Observation& seen : e.seen)
        table.row({seen.what, to_text(seen.before), to_text(seen.after)});
    Style narrower = style;
    narrower.width -= kIndent.size();
    return indented(table.render(narrower));
}

std::string statements_of(const Explanation& e, const Style& style)
{
    std::string text;
    for (const Explanation::Statement& statement : e.statements) {
        if (statement.holds)
            text += beside(std::string(kIndent) + style.green("ok"), 6, statement.text, style.width);
        else
            text += style.red(wrap("NOT as documented: " + statement.text, style.width, kIndent));
    }
    return text;
}

}  // namespace

std::string render_explanation(const Explanation& e, const Style& style)
{
    std::string text;
    const auto part = [&text](const std::string& lines) {
        if (!lines.empty())
            text += (text.empty() ? "" : "\n") + lines;
    };
    const std::string title = wrap(fmt::format("{} ({})", e.question, e.topic), style.width, "");
    part(style.bold(title.substr(0, title.size() - 1)) + "\n");
    part(wrap(e.answer, style.width, kIndent));
    std::string done;
    for (const std::string& step : e.done)
        done += wrap(step, style.width, kIndent);
    part(done);
    if (!e.seen.empty())
        part(table_of(e, style));
    part(statements_of(e, style));
    if (!e.skipped.empty())
        part(wrap("Not tried here: " + e.skipped, style.width, kIndent));

    size_t columns = 0;
    for (const Explanation::Because& because : e.because)
        columns = std::max(columns, kIndent.size() + because.function.size() + 4);
    std::string why;
    for (const Explanation::Because& because : e.because)
        why += beside(std::string(kIndent) + style.cyan(fmt::format("{}()", because.function)), columns,
                      std::string(because.text), style.width);
    part(why);
    return text;
}

std::string render_topics(const Topics& topics, const Style& style)
{
    size_t columns = 0;
    for (const auto& [topic, question] : topics)
        columns = std::max(columns, topic.size() + 2);
    std::string text;
    for (const auto& [topic, question] : topics)
        text += beside(style.bold(topic), columns, question, style.width);
    return text;
}

}  // namespace wqctl
