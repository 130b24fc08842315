// SPDX-License-Identifier: GPL-2.0
#include "term/openmetrics.hh"

#include <fmt/core.h>

#include "text/printable.hh"

namespace wqctl {

namespace {

std::string escaped(std::string_view value)
{
    std::string text;
    for (const char c : valid_utf8(value)) {
        if (c == '\\' || c == '"')
            text += '\\';
        text += c == '\n' ? std::string("\\n") : std::string(1, c);
    }
    return text;
}

}  // namespace

Metric::Metric(std::string name, std::string_view type, std::string_view help)
    : name_(std::move(name)), head_(fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name_, help, type))
{
}

void Metric::add(const Labels& labels, const std::string& value)
{
    std::string list;
    for (const auto& [label, text] : labels)
        list += fmt::format("{}{}=\"{}\"", list.empty() ? "" : ",", label, escaped(text));
    samples_ += fmt::format("{}{}{}{} {}\n", name_, list.empty() ? "" : "{", list, list.empty() ? "" : "}", value);
}

std::string decimal(uint64_t value, unsigned digits)
{
    uint64_t unit = 1;
    for (unsigned i = 0; i < digits; i++)
        unit *= 10;
    return fmt::format("{}.{:0{}}", value / unit, value % unit, digits);
}

}  // namespace wqctl
