// SPDX-License-Identifier: GPL-2.0
#include <cstdint>

#include "commands/report/render.hh"
#include "text/printable.hh"

namespace wqctl::page {

namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c); }

// Whether "<" before it begins one.
constexpr bool is_tag(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == '!' || c == '?';
}

unsigned digit(char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); }

}  // namespace

std::string escape_html(std::string_view text)
{
    std::string escaped;
    for (const char c : valid_utf8(text)) {
        switch (c) {
        case '&': escaped += "&amp;"; break;
        case '<': escaped += "&lt;"; break;
        case '>': escaped += "&gt;"; break;
        case '"': escaped += "&quot;"; break;
        case '\'': escaped += "&#39;"; break;
        case '\n':
        case '\t': escaped += c; break;
        default: escaped += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? '?' : c;
        }
    }
    return escaped;
}

std::string escape_markdown(std::string_view text)
{
    const std::string line = one_line(text);
    std::string escaped;
    for (size_t i = 0; i < line.size(); i++) {
        const char c = line[i];
        const bool is_within_word = i > 0 && i + 1 < line.size() && is_word(line[i - 1]) && is_word(line[i + 1]);
        switch (c) {
        // "p <0.001" is no tag.
        case '<': escaped += i + 1 < line.size() && is_tag(line[i + 1]) ? "&lt;" : "<"; break;
        case '&': escaped += "&amp;"; break;
        // A name such as "@team" would tell the team.
        case '@': escaped += "@\u200b"; break;
        // "#12" would be a link to whatever has that number.
        case '#': escaped += i + 1 < line.size() && is_digit(line[i + 1]) ? "#\u200b" : "#"; break;
        case '_':
            if (!is_within_word)
                escaped += '\\';
            escaped += c;
            break;
        case '\\':
        case '`':
        case '*':
        case '[':
        case ']':
        case '|':
        case '$':
        case '~': escaped += '\\'; [[fallthrough]];
        default: escaped += c;
        }
    }
    return escaped;
}

std::string csp_hash(std::string_view hex)
{
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string hash = "sha256-";
    uint32_t bits = 0;
    unsigned have = 0;
    for (const char c : hex) {
        bits = bits << 4 | digit(c);
        have += 4;
        if (have >= 6) {
            have -= 6;
            hash += kDigits[bits >> have & 63];
        }
    }
    // 256 bits are 42 digits of six and four bits more.
    hash += kDigits[bits << (6 - have) & 63];
    return hash + "=";
}

}  // namespace wqctl::page
