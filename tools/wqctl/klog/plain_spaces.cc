// SPDX-License-Identifier: GPL-2.0
#include "klog/plain_spaces.hh"

#include <array>

namespace wqctl {

namespace {

// What stands for a character in a page that was saved: how long it is, and the character. 0: it is none.
size_t take_entity(std::string_view text, char& character)
{
    struct Entity {
        std::string_view name;
        char character;
    };
    constexpr std::array<Entity, 6> kEntities = {
        {{"&gt;", '>'}, {"&lt;", '<'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&#39;", '\''}, {"&nbsp;", ' '}}};
    for (const Entity& entity : kEntities)
        if (text.starts_with(entity.name)) {
            character = entity.character;
            return entity.name.size();
        }
    return 0;
}

}  // namespace

std::string plain_spaces(std::string_view raw)
{
    std::string plain;
    plain.reserve(raw.size());
    for (size_t i = 0; i < raw.size(); i++) {
        const auto c = static_cast<unsigned char>(raw[i]);
        const auto next = i + 1 < raw.size() ? static_cast<unsigned char>(raw[i + 1]) : 0;
        const auto third = i + 2 < raw.size() ? static_cast<unsigned char>(raw[i + 2]) : 0;
        if (c == '\t' || c == 0xa0) {  // U+00A0 in Latin-1
            plain += ' ';
        } else if (c == 0xc2 && next == 0xa0) {  // U+00A0
            plain += ' ';
            i++;
        } else if (c == 0xe2 && next == 0x80 && (third == 0x8b || third == 0xaf)) {  // U+200B, U+202F
            if (third == 0xaf)
                plain += ' ';
            i += 2;
        } else if (c == 0xef && next == 0xbb && third == 0xbf) {  // U+FEFF
            i += 2;
        } else if (c == '\033' && next == '[') {
            for (i += 2; i < raw.size() && (raw[i] < '@' || raw[i] > '~');)
                i++;
        } else if (char character; c == '&' && take_entity(raw.substr(i), character)) {
            i += take_entity(raw.substr(i), character) - 1;
            plain += character;
        } else if (c >= ' ') {
            plain += static_cast<char>(c);
        }
    }
    return plain;
}

}  // namespace wqctl
