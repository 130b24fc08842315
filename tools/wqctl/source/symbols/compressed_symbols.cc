// SPDX-License-Identifier: GPL-2.0
// scripts/kallsyms.c writes the tables and kernel/kallsyms.c reads them.
//
// A name is its length, ULEB128 of at most two bytes, and so many tokens; the
// first character of what they spell is the symbol's type.
#include "source/symbols/compressed_symbols.hh"

#include <algorithm>
#include <cstring>

#include "source/symbols/stream.hh"

namespace wqctl {

namespace {

constexpr uint32_t kMostSymbols = 1 << 21;  // a distribution's kernel has 200 000
constexpr size_t kMostToken = 64;           // characters: scripts/kallsyms.c makes them of two, again and again
constexpr std::string_view kBannerName = "linux_banner";

bool is_banner(const wqlab::Memory& memory, uint64_t address)
{
    constexpr char kBanner[] = "Linux version ";
    char text[sizeof(kBanner) - 1];
    return memory.read(text, address, sizeof(text)) && std::memcmp(text, kBanner, sizeof(text)) == 0;
}

// Of the name that the bytes begin with, what is in front of its tokens, and those; false: it is not whole.
inline bool split_name(std::span<const uint8_t> bytes, size_t& before, size_t& length)
{
    if (bytes.size() < 2)
        return false;
    const bool is_long = bytes[0] & 0x80;
    before = is_long ? 2 : 1;
    length = (bytes[0] & 0x7fu) | (is_long ? size_t{bytes[1]} << 7 : 0);
    return length <= bytes.size() - before;
}

// The next name's tokens; false: it is not there.
inline bool take_name(Stream& stream, std::span<const uint8_t>& tokens)
{
    size_t before = 2, length = 0;
    if (!split_name(stream.ready(), before, length) &&
        !(stream.peek(2) && (split_name(stream.ready(), before, length) || stream.peek(before + length))))
        return false;
    tokens = stream.ready().subspan(before, length);
    stream.skip(before + length);
    return true;
}

}  // namespace

std::optional<KallsymsTables> kallsyms_by_note(const Vmcoreinfo& note)
{
    const auto names = note.symbol("kallsyms_names"), number = note.symbol("kallsyms_num_syms");
    const auto table = note.symbol("kallsyms_token_table"), index = note.symbol("kallsyms_token_index");
    const auto offsets = note.symbol("kallsyms_offsets");
    if (!names || !number || !table || !index || !offsets)
        return {};
    return KallsymsTables{*names, *number, *table, *index, *offsets, note.symbol("kallsyms_relative_base")};
}

std::unique_ptr<CompressedSymbols> CompressedSymbols::read(const wqlab::Memory& memory, const KallsymsTables& tables)
{
    std::unique_ptr<CompressedSymbols> symbols(new CompressedSymbols(memory, tables));
    const bool whole = memory.read(&symbols->count_, tables.num_syms, sizeof(symbols->count_)) &&
                       symbols->count_ <= kMostSymbols && symbols->read_tokens() && symbols->read_names() &&
                       symbols->find_encoding() && symbols->read_addresses();
    return whole ? std::move(symbols) : nullptr;
}

bool CompressedSymbols::read_tokens()
{
    uint16_t begins[kTokens];
    if (!memory_.read(begins, tables_.token_index, sizeof(begins)) ||
        !std::is_sorted(std::begin(begins), std::end(begins)))
        return false;
    token_text_.resize(begins[kTokens - 1] + kMostToken + 1);
    if (!memory_.read(token_text_.data(), tables_.token_table, token_text_.size() - 1))
        return false;
    for (size_t i = 0; i < kTokens; i++) {
        Token& token = tokens_[i] = {0, &token_text_[begins[i]]};
        if (token.text.size() > kMostToken)
            return false;
        std::memcpy(&token.letters, token.text.data(), std::min(token.text.size(), sizeof(token.letters)));
    }
    return true;
}

// Notes which number each name has that is wanted.
bool CompressedSymbols::read_names()
{
    Stream stream(memory_, tables_.names);
    Tokens tokens;
    Text text;
    for (uint32_t i = 0; i < count_; i++) {
        if (i % kEach == 0)
            marks_.push_back({0, stream.at()});
        if (!take_name(stream, tokens))
            return false;
        if (wanted_.may_have(beginning_of(tokens)))
            wanted_.note(spell(tokens, text), i);
    }
    names_end_ = stream.at();
    return true;
}

// The name's first letters, behind its type.
uint32_t CompressedSymbols::beginning_of(Tokens tokens) const
{
    uint64_t letters = 0;
    size_t size = 0;
    for (const uint8_t number : tokens) {
        letters |= tokens_[number].letters << 8 * size;
        size += tokens_[number].text.size();
        if (size > sizeof(uint32_t))
            break;
    }
    return static_cast<uint32_t>(letters >> 8);
}

// Which it is no table says. Where the symbol is that is to be a text, it is.
bool CompressedSymbols::find_encoding()
{
    const auto banner = static_cast<uint32_t>(wanted_[kBannerName]);
    int32_t word;
    if (!banner || !read_word(banner, word))
        return false;
    const bool has_base = tables_.relative_base && memory_.read(&base_, *tables_.relative_base, sizeof(base_));
    for (const Encoding encoding : {Encoding::kPlaceRelative, Encoding::kBaseRelative, Encoding::kAbsolutePerCpu}) {
        encoding_ = encoding;
        if ((encoding == Encoding::kPlaceRelative || has_base) && is_banner(memory_, address_of(banner, word)))
            return true;
    }
    return false;
}

bool CompressedSymbols::read_addresses()
{
    Stream stream(memory_, tables_.offsets, tables_.offsets + uint64_t{count_} * sizeof(int32_t));
    for (uint32_t i = 0; i < count_; i += kEach) {
        int32_t word;
        const size_t size = std::min(kEach, count_ - i) * sizeof(word);
        const uint8_t* words = stream.peek(size);
        if (!words)
            return false;
        std::memcpy(&word, words, sizeof(word));
        marks_[i / kEach].address = address_of(i, word);
        stream.skip(size);
    }
    wanted_.convert([this](uint64_t number) {
        int32_t word;
        return read_word(static_cast<uint32_t>(number), word) ? address_of(static_cast<uint32_t>(number), word) : 0;
    });
    return true;
}

uint64_t CompressedSymbols::address_of(uint32_t number, int32_t word) const
{
    const auto wide = static_cast<uint64_t>(int64_t{word});
    switch (encoding_) {
    case Encoding::kPlaceRelative: return tables_.offsets + uint64_t{number} * sizeof(word) + wide;
    case Encoding::kBaseRelative: return base_ + static_cast<uint32_t>(word);
    default: return word >= 0 ? wide : base_ - 1 - wide;
    }
}

bool CompressedSymbols::read_word(uint32_t number, int32_t& word) const
{
    return memory_.read(&word, tables_.offsets + uint64_t{number} * sizeof(word), sizeof(word));
}

std::string_view CompressedSymbols::spell(Tokens tokens, Text& text) const
{
    size_t size = 0;
    for (const uint8_t number : tokens) {
        const std::string_view piece = tokens_[number].text;
        if (size + piece.size() > kMostName)
            return {};
        std::memcpy(text + size, piece.data(), piece.size());
        size += piece.size();
    }
    return std::string_view(text, size).substr(size != 0);
}

std::string CompressedSymbols::text_of(uint32_t number) const
{
    const uint32_t mark = number / kEach;
    Stream stream(memory_, marks_[mark].name, mark + 1 < marks_.size() ? marks_[mark + 1].name : names_end_);
    Tokens tokens;
    for (uint32_t i = mark * kEach; i <= number; i++)
        if (!take_name(stream, tokens))
            return {};
    Text text;
    return std::string(spell(tokens, text));
}

// Of several symbols at one address the first is its name, as %ps has it.
std::string CompressedSymbols::name_of(uint64_t address) const
{
    auto mark = std::ranges::lower_bound(marks_, address, {}, &Mark::address);
    if (mark != marks_.begin())
        --mark;
    const auto first = static_cast<uint32_t>(mark - marks_.begin()) * kEach;
    int32_t words[kEach + 1];
    const uint32_t many = std::min(kEach + 1, count_ - first);
    if (!memory_.read(words, tables_.offsets + uint64_t{first} * sizeof(*words), many * sizeof(*words)))
        return {};
    for (uint32_t i = 0; i < many; i++)
        if (address_of(first + i, words[i]) == address)
            return text_of(first + i);
    return {};
}

bool symbols_fit(const wqlab::Memory& memory, const wqlab::SymbolTable& symbols)
{
    return is_banner(memory, symbols.address_of(std::string(kBannerName)));
}

}  // namespace wqctl
