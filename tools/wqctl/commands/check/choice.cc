// SPDX-License-Identifier: GPL-2.0
#include "commands/check/choice.hh"

#include <algorithm>
#include <regex>

#include <fmt/format.h>

#include "text/choose.hh"
#include "text/error.hh"
#include "text/nearest.hh"
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

bool matches(const Promise& promise, const std::vector<std::string>& patterns)
{
    return patterns.empty() || std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
               if (promise.number() == pattern || promise.group == pattern || promise.id == pattern)
                   return true;
               try {
                   // Not a bare number: 3 is no pattern for 39b.
                   return pattern.find_first_not_of("0123456789") != std::string::npos && std::regex_search(promise.id, std::regex(pattern));
               } catch (const std::regex_error& error) {
                   throw Error::usage(fmt::format("\"{}\" is no regular expression: {}", pattern, error.what()));
               }
           });
}

}  // namespace

std::vector<Promise> chosen_of(const std::vector<Promise>& all, const CheckFlags& flags)
{
    const uint32_t classes = classes_of(flags.classes);
    std::vector<Promise> chosen;
    for (const Promise& promise : all) {
        const bool named = std::any_of(flags.patterns.begin(), flags.patterns.end(),
                                       [&](const std::string& p) { return p == promise.id || p == promise.number(); });
        const bool in_class = (promise.classes & ~classes) == 0;
        if (matches(promise, flags.patterns) && (named || in_class))
            chosen.push_back(promise);
    }
    if (chosen.empty() && !flags.patterns.empty()) {
        std::vector<std::string> ids;
        for (const Promise& promise : all)
            ids.push_back(promise.id);
        throw Error::usage(fmt::format("no check matches {}{}", flags.patterns.front(), did_you_mean(flags.patterns.front(), ids)),
                           "wqctl check --list --class all shows them all");
    }
    return chosen;
}

}  // namespace wqctl
