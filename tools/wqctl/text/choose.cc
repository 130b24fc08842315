// SPDX-License-Identifier: GPL-2.0
#include "text/choose.hh"

#include <algorithm>
#include <string>

#include <fmt/core.h>

#include "text/error.hh"
#include "text/names.hh"
#include "text/nearest.hh"

namespace wqctl {

namespace {

// Of "affinity scope", "scopes": the adjective has been said.
std::string plural_of_noun(std::string_view what)
{
    const size_t space = what.rfind(' ');
    const std::string_view noun = space == std::string_view::npos ? what : what.substr(space + 1);
    return fmt::format("{}{}", noun, noun.ends_with('s') ? "es" : "s");
}

}  // namespace

size_t choose_place(std::string_view word, std::span<const std::string_view> names, std::string_view what)
{
    const auto at = std::find(names.begin(), names.end(), word);
    if (at != names.end())
        return static_cast<size_t>(at - names.begin());
    const std::vector<std::string> known(names.begin(), names.end());
    const std::string guess = did_you_mean(word, known);
    const std::string rest = guess.empty() ? fmt::format("; the {} are {}", plural_of_noun(what), enumerate(known))
                                           : guess;
    throw Error::usage(fmt::format("there is no {} \"{}\"{}", what, word, rest));
}

}  // namespace wqctl
