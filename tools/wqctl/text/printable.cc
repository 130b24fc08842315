// SPDX-License-Identifier: GPL-2.0
#include "text/printable.hh"

namespace wqctl {

namespace {

// The length of the code point at the front, 0 when it is none.
size_t code_point_length(std::string_view text)
{
    const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80)
        return 1;
    const size_t length = first >= 0xc2 && first < 0xe0   ? 2
                          : first >= 0xe0 && first < 0xf0 ? 3
                          : first >= 0xf0 && first < 0xf5 ? 4
                                                          : 0;
    if (!length || length > text.size())
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((byte(i) & 0xc0) != 0x80)
            return 0;
    // Overlong forms, surrogates, and what is beyond Unicode.
    if ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f) || (first == 0xf0 && byte(1) < 0x90) ||
        (first == 0xf4 && byte(1) > 0x8f))
        return 0;
    return length;
}

}  // namespace

std::string printable(std::string_view text)
{
    std::string result(text);
    for (char& c : result)
        if (c < ' ' || c > '~')
            c = '?';
    return result;
}

std::string valid_utf8(std::string_view text)
{
    std::string result;
    while (!text.empty()) {
        const size_t length = code_point_length(text);
        result += length ? text.substr(0, length) : "\ufffd";
        text.remove_prefix(length ? length : 1);
    }
    return result;
}

std::string one_line(std::string_view text)
{
    const std::string valid = valid_utf8(text);
    std::string result;
    for (std::string_view rest = valid; !rest.empty();) {
        const size_t length = code_point_length(rest);
        // The second set of controls is U+0080 to U+009F.
        const bool control = rest[0] == '\x7f' || (length == 1 && rest[0] < ' ') ||
                             (rest[0] == '\xc2' && static_cast<unsigned char>(rest[1]) < 0xa0);
        result += control ? std::string_view("?") : rest.substr(0, length);
        rest.remove_prefix(length);
    }
    return result;
}

}  // namespace wqctl
