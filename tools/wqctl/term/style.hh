// SPDX-License-Identifier: GPL-2.0
// What the place that is printed to can show.
#pragma once

#include <string>
#include <string_view>

#include "text/units.hh"

namespace wqctl {

struct Style {
    unsigned width = 120;
    bool is_terminal = false;
    bool colour = false;
    Charset charset = Charset::kAscii;

    bool utf8() const { return charset == Charset::kUtf8; }

    std::string bold(std::string_view text) const { return paint("1", text); }
    std::string dim(std::string_view text) const { return paint("2", text); }
    std::string red(std::string_view text) const { return paint("1;31", text); }
    std::string cyan(std::string_view text) const { return paint("36", text); }
    std::string green(std::string_view text) const { return paint("32", text); }

    // Of a file descriptor, with NO_COLOR, COLUMNS, TERM and the locale's variables.
    static Style of(int fd);

private:
    std::string paint(std::string_view code, std::string_view text) const;
};

// Columns that text takes: code points, without escape sequences.
size_t display_width(std::string_view text);
// Of text without escape sequences.
std::string first_columns(std::string_view text, size_t width);
std::string pad_right(std::string_view text, size_t width);
std::string pad_left(std::string_view text, size_t width);

// Lines of whole words, none wider than width unless a word is.
std::string wrap(std::string_view text, size_t width, std::string_view indent);

}  // namespace wqctl
