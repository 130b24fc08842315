// SPDX-License-Identifier: GPL-2.0
#include "unit/term/plain.hh"

#include <algorithm>
#include <sstream>

using namespace wqctl;

Style plain(unsigned width, Charset charset)
{
    Style style;
    style.width = width;
    style.charset = charset;
    return style;
}

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

size_t widest(const std::string& text)
{
    size_t width = 0;
    for (const std::string& line : lines_of(text))
        width = std::max(width, display_width(line));
    return width;
}
