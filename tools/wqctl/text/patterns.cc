// SPDX-License-Identifier: GPL-2.0
#include "text/patterns.hh"

#include <algorithm>
#include <regex>

#include <fmt/core.h>

#include "text/error.hh"

namespace wqctl {

namespace {

// The library's own words name its parser's parts.
std::string_view reason(std::regex_constants::error_type code)
{
    using namespace std::regex_constants;
    if (code == error_brack)
        return "a [ is not closed";
    if (code == error_paren)
        return "its parentheses do not match";
    if (code == error_brace || code == error_badbrace)
        return "its braces are wrong";
    if (code == error_badrepeat)
        return "a *, +, ? or { has nothing to repeat";
    if (code == error_range)
        return "a range such as z-a has no members";
    if (code == error_escape)
        return "a backslash has nothing to escape";
    if (code == error_backref)
        return "it refers to a group that is not there";
    if (code == error_ctype || code == error_collate)
        return "it names a class of characters that is not there";
    return "it is not well-formed";
}

}  // namespace

struct Patterns::Compiled {
    std::vector<std::regex> expressions;
};

Patterns::Patterns(const std::vector<std::string>& patterns)
{
    if (patterns.empty())
        return;
    auto compiled = std::make_shared<Compiled>();
    for (const std::string& pattern : patterns) {
        try {
            compiled->expressions.emplace_back(pattern, std::regex::ECMAScript);
        } catch (const std::regex_error& error) {
            throw Error::usage(fmt::format("\"{}\" is no regular expression: {}", pattern, reason(error.code())),
                               "a backslash before . * + ? ( ) [ ] { } ^ $ | makes them plain characters");
        }
    }
    compiled_ = std::move(compiled);
}

bool Patterns::match(std::string_view text) const
{
    if (empty())
        return true;
    // No name and hardly a sentence is longer, and libstdc++ takes stack for each character.
    constexpr size_t kMost = 4096;
    text = text.substr(0, kMost);
    const std::vector<std::regex>& any = compiled_->expressions;
    return std::any_of(any.begin(), any.end(), [&](const std::regex& expression) {
        return std::regex_search(text.begin(), text.end(), expression);
    });
}

}  // namespace wqctl
