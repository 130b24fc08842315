// SPDX-License-Identifier: GPL-2.0
#include "term/style.hh"

#include <algorithm>
#include <cstdlib>

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace wqctl {

namespace {

std::string_view variable(const char* name)
{
    const char* value = std::getenv(name);
    return value ? value : "";
}

bool locale_is_utf8()
{
    // The locale may be named but not installed, as in a small guest; what
    // counts is what the terminal shows.
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        std::string value(variable(name));
        if (value.empty())
            continue;
        std::transform(value.begin(), value.end(), value.begin(), [](unsigned char c) { return std::tolower(c); });
        return value.find("utf-8") != std::string::npos || value.find("utf8") != std::string::npos;
    }
    return false;
}

unsigned width_of(int fd, bool is_terminal)
{
    const int columns = std::atoi(std::string(variable("COLUMNS")).c_str());
    winsize size{};
    if (is_terminal && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    if (columns > 0)
        return static_cast<unsigned>(columns);
    return is_terminal ? 80 : 120;
}

}  // namespace

Style Style::of(int fd)
{
    Style style;
    style.is_terminal = isatty(fd);
    style.width = std::max(40u, width_of(fd, style.is_terminal));
    style.colour = style.is_terminal && variable("NO_COLOR").empty() && variable("TERM") != "dumb";
    style.charset = locale_is_utf8() ? Charset::kUtf8 : Charset::kAscii;
    return style;
}

std::string Style::paint(std::string_view code, std::string_view text) const
{
    return colour && !text.empty() ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

size_t display_width(std::string_view text)
{
    size_t width = 0;
    for (size_t i = 0; i < text.size(); i++) {
        if (text[i] == '\x1b') {
            while (i < text.size() && text[i] != 'm')
                i++;
            continue;
        }
        // Bytes that continue a code point take no column.
        if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80)
            width++;
    }
    return width;
}

std::string first_columns(std::string_view text, size_t width)
{
    size_t end = 0;
    for (size_t taken = 0; end < text.size(); end++)
        if ((static_cast<unsigned char>(text[end]) & 0xc0) != 0x80 && ++taken > width)
            break;
    return std::string(text.substr(0, end));
}

std::string pad_right(std::string_view text, size_t width)
{
    const size_t taken = display_width(text);
    return std::string(text) + std::string(taken < width ? width - taken : 0, ' ');
}

std::string pad_left(std::string_view text, size_t width)
{
    const size_t taken = display_width(text);
    return std::string(taken < width ? width - taken : 0, ' ') + std::string(text);
}

std::string wrap(std::string_view text, size_t width, std::string_view indent)
{
    std::string result;
    std::string line;
    while (!text.empty()) {
        const size_t space = text.find(' ');
        const std::string_view word = text.substr(0, space);
        text = space == std::string_view::npos ? std::string_view() : text.substr(space + 1);
        if (word.empty())
            continue;
        if (!line.empty() && display_width(indent) + display_width(line) + 1 + display_width(word) > width) {
            result += std::string(indent) + line + "\n";
            line.clear();
        }
        line += (line.empty() ? "" : " ") + std::string(word);
    }
    if (!line.empty())
        result += std::string(indent) + line + "\n";
    return result;
}

}  // namespace wqctl
