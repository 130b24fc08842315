// SPDX-License-Identifier: GPL-2.0
#include "commands/check/choice.hh"

#include <algorithm>

#include <fmt/core.h>

#include "text/choose.hh"
#include "text/error.hh"
#include "text/nearest.hh"
#include "text/patterns.hh"
#include "text/split.hh"

namespace wqctl {

namespace {

// "numa,slow" as well as one word at a time.
uint32_t classes_of(const std::vector<std::string>& lists)
{
    std::vector<Named<uint32_t>> names = {{"all", ~0u}};
    for (const ClassName& name : class_names())
        names.push_back({name.name, name.bit});
    uint32_t classes = 0;
    for (const std::string& list : lists)
        for (const std::string_view word : split(list, ","))
            classes |= choose(word, std::span<const Named<uint32_t>>(names), "class");
    return classes;
}

// A word of the command line: a number, an id, a group, or else a regular expression for ids.
class Word {
public:
    // A bare number is no expression: 3 does not mean 39b.
    explicit Word(const std::string& text)
        : text_(text),
          pattern_(text.find_first_not_of("0123456789") == std::string::npos ? Patterns() : Patterns({text}))
    {
    }

    bool names(const Promise& promise) const { return promise.number() == text_ || promise.id == text_; }
    bool means(const Promise& promise) const
    {
        return names(promise) || promise.group == text_ || (!pattern_.empty() && pattern_.match(promise.id));
    }

private:
    std::string text_;
    Patterns pattern_;
};

}  // namespace

std::vector<Promise> chosen_of(const std::vector<Promise>& all, const CheckFlags& flags)
{
    const uint32_t classes = classes_of(flags.classes);
    const std::vector<Word> words(flags.patterns.begin(), flags.patterns.end());
    std::vector<Promise> chosen;
    for (const Promise& promise : all) {
        const bool named = std::any_of(words.begin(), words.end(),
                                       [&](const Word& word) { return word.names(promise); });
        const bool meant = words.empty() || std::any_of(words.begin(), words.end(),
                                                        [&](const Word& word) { return word.means(promise); });
        const bool in_class = (promise.classes & ~classes) == 0;
        if (named || (meant && in_class))
            chosen.push_back(promise);
    }
    if (chosen.empty() && !flags.patterns.empty()) {
        std::vector<std::string> ids;
        for (const Promise& promise : all)
            ids.push_back(promise.id);
        throw Error::usage(
            fmt::format("no check matches {}{}", flags.patterns.front(), did_you_mean(flags.patterns.front(), ids)),
            "wqctl check --list --class all shows them all");
    }
    return chosen;
}

}  // namespace wqctl
