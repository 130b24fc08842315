// SPDX-License-Identifier: GPL-2.0
#include "args/manual.hh"

#include <fmt/core.h>

namespace wqctl {

namespace {

// Plain text as roff: a dash is to be one that can be copied, and no line is to be a request.
std::string roff(std::string_view text)
{
    std::string result;
    bool starts_line = true;
    for (const char c : text) {
        if (starts_line && (c == '.' || c == '\''))
            result += "\\&";
        if (c == '-')
            result += "\\-";
        else if (c == '\\')
            result += "\\e";
        else
            result += c;
        starts_line = c == '\n';
    }
    return result;
}

std::string upper(std::string text)
{
    for (char& c : text)
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return text;
}

// `\fIREGEX\fP...`, `[\fINAME\fP]`
std::string word_in_usage(const Argument& word)
{
    std::string text = fmt::format("\\fI{}\\fP{}", roff(word.names), word.is_repeatable ? "..." : "");
    if (word.is_behind_dashes)
        text = "\\-\\- " + text;
    return word.is_required ? text : "[" + text + "]";
}

std::string synopsis(const Args& command)
{
    std::string text = fmt::format("\\fBwqctl {}\\fP", roff(command.name()));
    bool has_flags = false;
    for (const Argument& argument : command.arguments())
        has_flags |= argument.kind != Argument::Kind::kWord;
    if (has_flags)
        text += " [\\fIflags\\fP]";
    for (const Argument& argument : command.arguments())
        if (argument.kind == Argument::Kind::kWord)
            text += " " + word_in_usage(argument);
    return text;
}

// Behind a tag its text; help with lines of its own keeps them.
std::string entry(const Argument& argument)
{
    std::string tag;
    if (argument.kind == Argument::Kind::kWord) {
        tag = fmt::format("\\fI{}\\fP", roff(argument.names));
    } else {
        if (const std::string name = argument.short_name(); !name.empty())
            tag += fmt::format("\\fB{}\\fP, ", roff(name));
        tag += fmt::format("\\fB{}\\fP", roff(argument.long_name()));
        if (argument.without_value)
            tag += fmt::format(" [\\fI{}\\fP]", argument.type);
        else if (argument.kind == Argument::Kind::kOption)
            tag += fmt::format(" \\fI{}\\fP", argument.type);
    }
    std::string text = roff(argument.help);
    const bool has_lines = text.find('\n') != std::string::npos;
    return fmt::format(".TP\n{}\n{}{}{}\n", tag, has_lines ? ".nf\n" : "", text, has_lines ? "\n.fi" : "");
}

std::string section(const Args& command)
{
    std::string text = fmt::format(".SH {}\n{}\n.PP\n{}", upper(command.name()), synopsis(command),
                                   manual_text(command.name()));
    std::string group;
    for (const Argument& argument : command.arguments()) {
        if (argument.is_hidden)
            continue;
        if (argument.group != group)
            text += fmt::format(".SS {}\n", roff(argument.group));
        group = argument.group;
        text += entry(argument);
    }
    std::string examples = command.examples();
    examples.erase(0, examples.find_first_not_of('\n'));
    if (!examples.empty())
        text += fmt::format(".PP\n.nf\n{}.fi\n", roff(examples + (examples.ends_with('\n') ? "" : "\n")));
    return text;
}

void replace(std::string& text, std::string_view mark, const std::string& by)
{
    text.replace(text.find(mark), mark.size(), by);
}

}  // namespace

std::string render_manual(std::span<const Args* const> commands)
{
    std::string usages, sections;
    for (const Args* command : commands) {
        usages += (usages.empty() ? "" : "\n.br\n") + synopsis(*command);
        sections += section(*command);
    }
    sections.pop_back();
    std::string page(manual_text(""));
    replace(page, "@SYNOPSIS@", usages);
    replace(page, "@COMMANDS@", sections);
    return page;
}

}  // namespace wqctl
