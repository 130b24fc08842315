// SPDX-License-Identifier: GPL-2.0
// Pages made of one document, and what is on them.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>

#include <catch2/catch.hpp>

#include "commands/report/input.hh"
#include "commands/report/page.hh"
#include "unit/report/fixtures.hh"

namespace wqctl::page {

inline Page page_of(const std::string& text, const std::string& file = "x.json")
{
    return make_page({{file, text}}, "");
}

inline std::string refused(const std::string& text)
{
    return error_of([&] { page_of(text); });
}

template <typename B>
B block_of(const Section& section)
{
    for (const Block& block : section.blocks)
        if (const B* found = std::get_if<B>(&block))
            return *found;
    FAIL("the section has no such block");
    throw std::logic_error("not reached");
}

template <typename B>
bool has_block(const Section& section)
{
    return std::any_of(section.blocks.begin(), section.blocks.end(),
                       [](const Block& block) { return std::holds_alternative<B>(block); });
}

inline std::string notes(const Section& section)
{
    std::string text;
    for (const Block& block : section.blocks)
        if (const Note* note = std::get_if<Note>(&block))
            text += note->text + "\n";
    return text;
}

}  // namespace wqctl::page
