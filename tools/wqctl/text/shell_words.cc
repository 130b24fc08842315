// SPDX-License-Identifier: GPL-2.0
#include "text/shell_words.hh"

#include <string_view>

namespace wqctl {

namespace {

bool is_plain(std::string_view word)
{
    constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:/@%^";
    return !word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos;
}

}  // namespace

std::string shell_words(const std::vector<std::string>& words)
{
    std::string text;
    for (const std::string& word : words) {
        if (!text.empty())
            text += ' ';
        if (is_plain(word)) {
            text += word;
            continue;
        }
        text += '\'';
        for (const char c : word)
            c == '\'' ? text.append("'\\''") : text.append(1, c);
        text += '\'';
    }
    return text;
}

}  // namespace wqctl
