// SPDX-License-Identifier: GPL-2.0
// From files to a page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "commands/report/page.hh"

namespace wqctl::page {

struct Input {
    std::string file;
    std::string text;
};

// Refuses in a line what is no document of wqctl's, is of a kind or version that a report is not made of, or cut short.
Page make_page(const std::vector<Input>& inputs, const std::string& title);

}  // namespace wqctl::page
