// SPDX-License-Identifier: GPL-2.0
// A word that stands for one of a few things: which one, or which were meant.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace wqctl {

template <typename E>
struct Named {
    std::string_view name;
    E value;
    std::string_view help = {};
};

// The place of the word among the names. Otherwise a usage error: there is no
// `what` (a noun, such as "view") of that name; and the nearest, or all of them.
size_t choose_place(std::string_view word, std::span<const std::string_view> names, std::string_view what);

template <typename E>
std::vector<std::string_view> names_of(std::span<const Named<E>> names)
{
    std::vector<std::string_view> words;
    for (const Named<E>& one : names)
        words.push_back(one.name);
    return words;
}

template <typename E>
E choose(std::string_view word, std::span<const Named<E>> names, std::string_view what)
{
    for (const Named<E>& one : names)
        if (one.name == word)
            return one.value;
    return names[choose_place(word, names_of(names), what)].value;
}

template <typename E, size_t N>
E choose(std::string_view word, const std::array<Named<E>, N>& names, std::string_view what)
{
    return choose(word, std::span<const Named<E>>(names), what);
}

// What the value is called; "unknown" if it is none of these.
template <typename E>
std::string_view name_of(E value, std::span<const Named<E>> names)
{
    for (const Named<E>& one : names)
        if (one.value == value)
            return one.name;
    return "unknown";
}

template <typename E, size_t N>
std::string_view name_of(E value, const std::array<Named<E>, N>& names)
{
    return name_of(value, std::span<const Named<E>>(names));
}

}  // namespace wqctl
