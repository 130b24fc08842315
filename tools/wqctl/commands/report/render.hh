// SPDX-License-Identifier: GPL-2.0
// A page as people read it.
#pragma once

#include <string>
#include <string_view>

#include "commands/report/page.hh"

namespace wqctl::page {

// One file that asks for nothing else. command: which made it.
std::string to_html(const Page& page, const std::string& command);
// The tables, for a mail or a pull request.
std::string to_markdown(const Page& page, const std::string& command);

// What the charts show, for page.js; safe within <script type="application/json">.
std::string charts_to_json(const Page& page);

// Text for between tags and within quotes of attributes: no character of it is markup, and none is a control character
// but the ends of lines.
std::string escape_html(std::string_view text);
// For a cell of a table or a line of text in Markdown.
std::string escape_markdown(std::string_view text);

// Of a sum that CMake made, as a Content-Security-Policy wants it: "sha256-…".
std::string csp_hash(std::string_view hex);

}  // namespace wqctl::page
