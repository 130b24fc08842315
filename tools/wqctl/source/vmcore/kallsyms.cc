// SPDX-License-Identifier: GPL-2.0
// scripts/kallsyms.c writes the tables and kernel/kallsyms.c reads them.
//
// A name is its length, ULEB128 of at most two bytes, and so many tokens; the
// first character of what they spell is the symbol's type.
#include "source/vmcore/kallsyms.hh"

#include <algorithm>
#include <cstring>

namespace wqctl {

namespace {

constexpr uint32_t kMostSymbols = 1 << 21;  // a distribution's kernel has 200 000
constexpr size_t kTokens = 256;
constexpr size_t kMostToken = 64;  // characters: scripts/kallsyms.c makes them of two, again and again
constexpr char kBannerName[] = "linux_banner";

struct Tokens {
    uint16_t begins[kTokens];
    std::vector<char> text;  // ends with NUL

    std::string_view operator[](uint8_t token) const { return text.data() + begins[token]; }
};

std::optional<Tokens> read_tokens(const wqlab::Memory& memory, const KallsymsTables& tables)
{
    Tokens tokens;
    if (!memory.read(tokens.begins, tables.token_index, sizeof(tokens.begins)))
        return {};
    if (!std::is_sorted(std::begin(tokens.begins), std::end(tokens.begins)))
        return {};
    tokens.text.resize(tokens.begins[kTokens - 1] + kMostToken);
    if (!memory.read(tokens.text.data(), tables.token_table, tokens.text.size()))
        return {};
    tokens.text.push_back('\0');
    // A name of a few thousand tokens, each of which is the whole text, would be a gigabyte.
    for (size_t i = 0; i < kTokens; i++)
        if (tokens[static_cast<uint8_t>(i)].size() > kMostToken)
            return {};
    return tokens;
}

// Bytes one after the other, of memory that is read in pieces.
class Stream {
public:
    Stream(const wqlab::Memory& memory, uint64_t from) : memory_(memory), next_(from) {}

    bool get(uint8_t& byte)
    {
        if (at_ == size_ && !fill())
            return false;
        byte = bytes_[at_++];
        return true;
    }

private:
    bool fill()
    {
        // To the end of a page: the next one may be another's, and missing.
        size_ = sizeof(bytes_) - next_ % sizeof(bytes_);
        at_ = 0;
        if (!memory_.read(bytes_, next_, size_)) {
            size_ = 0;
            return false;
        }
        next_ += size_;
        return true;
    }

    const wqlab::Memory& memory_;
    uint64_t next_;
    size_t at_ = 0, size_ = 0;
    uint8_t bytes_[4096];
};

// How a table's words become addresses.
enum class Encoding {
    kPlaceRelative,   // 7.0 on
    kBaseRelative,    // since 6.15 of x86-64, always of others
    kAbsolutePerCpu,  // before: what is not negative is a per-CPU variable's offset
};

uint64_t address_of(Encoding encoding, const KallsymsTables& tables, uint64_t base, uint32_t i, int32_t word)
{
    const auto wide = static_cast<uint64_t>(int64_t{word});
    switch (encoding) {
    case Encoding::kPlaceRelative: return tables.offsets + uint64_t{i} * sizeof(word) + wide;
    case Encoding::kBaseRelative: return base + static_cast<uint32_t>(word);
    default: return word >= 0 ? wide : base - 1 - wide;
    }
}

struct Names {
    std::string text;
    std::vector<uint32_t> ends;
    uint32_t banner = kMostSymbols;  // the number of linux_banner

    std::string_view operator[](uint32_t i) const
    {
        const uint32_t begin = i ? ends[i - 1] : 0;
        return std::string_view(text).substr(begin, ends[i] - begin);
    }
};

bool read_name(Stream& stream, const Tokens& tokens, std::string& text)
{
    uint8_t byte;
    if (!stream.get(byte))
        return false;
    uint32_t length = byte & 0x7f;
    if (byte & 0x80) {
        if (!stream.get(byte))
            return false;
        length |= uint32_t{byte} << 7;
    }
    bool is_type = true;
    for (; length; length--) {
        if (!stream.get(byte))
            return false;
        const std::string_view token = tokens[byte];
        text += token.substr(is_type && !token.empty());
        is_type &= token.empty();
    }
    return true;
}

bool read_names(const wqlab::Memory& memory, const KallsymsTables& tables, uint32_t count, Names& names)
{
    const std::optional<Tokens> tokens = read_tokens(memory, tables);
    if (!tokens)
        return false;
    names.ends.reserve(count);
    Stream stream(memory, tables.names);
    constexpr size_t kMostText = size_t{256} << 20;
    for (uint32_t i = 0; i < count; i++) {
        if (!read_name(stream, *tokens, names.text) || names.text.size() > kMostText)
            return false;
        names.ends.push_back(static_cast<uint32_t>(names.text.size()));
        if (names[i] == kBannerName)
            names.banner = i;
    }
    return true;
}

bool is_banner(const wqlab::Memory& memory, uint64_t address)
{
    constexpr char kBanner[] = "Linux version ";
    char text[sizeof(kBanner) - 1];
    return memory.read(text, address, sizeof(text)) && std::memcmp(text, kBanner, sizeof(text)) == 0;
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

SymbolList read_kallsyms(const wqlab::Memory& memory, const KallsymsTables& tables)
{
    SymbolList symbols;
    uint32_t count = 0;
    Names names;
    if (!memory.read(&count, tables.num_syms, sizeof(count)) || count > kMostSymbols ||
        !read_names(memory, tables, count, names) || names.banner >= count)
        return symbols;
    std::vector<int32_t> words(count);
    if (!memory.read(words.data(), tables.offsets, count * sizeof(int32_t)))
        return symbols;
    uint64_t base = 0;
    const bool has_base = tables.relative_base && memory.read(&base, *tables.relative_base, sizeof(base));
    for (const Encoding encoding : {Encoding::kPlaceRelative, Encoding::kBaseRelative, Encoding::kAbsolutePerCpu}) {
        // Which it is no table says. Where the symbol is that is to be a text, it is.
        if ((encoding != Encoding::kPlaceRelative && !has_base) ||
            !is_banner(memory, address_of(encoding, tables, base, names.banner, words[names.banner])))
            continue;
        symbols.reserve(count);
        for (uint32_t i = 0; i < count; i++)
            symbols.add(names[i], address_of(encoding, tables, base, i, words[i]));
        symbols.sort();
        break;
    }
    return symbols;
}

bool symbols_fit(const wqlab::Memory& memory, const wqlab::SymbolTable& symbols)
{
    return is_banner(memory, symbols.address_of(kBannerName));
}

}  // namespace wqctl
