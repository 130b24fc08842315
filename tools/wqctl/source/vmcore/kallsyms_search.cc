// SPDX-License-Identifier: GPL-2.0
// The tables of a kernel that does not say where they are (no CONFIG_VMCORE_INFO),
// found by their form in its image. Around the table of tokens they are
//
//   6.1         offsets, relative_base, num_syms, names, markers, seqs_of_names, token_table, token_index
//   6.12        num_syms, names, markers, token_table, token_index, offsets, relative_base, seqs_of_names
//   7.0 on      the same without relative_base, aligned to 4 bytes instead of 8
//
// with markers: where every 256th name begins.
#include "source/vmcore/kallsyms_search.hh"

#include <algorithm>
#include <cstring>

#include "source/vmcore/page_tables.hh"

namespace wqctl {

namespace {

constexpr size_t kTokens = 256;
constexpr size_t kIndexSize = kTokens * sizeof(uint16_t);
constexpr size_t kMostToken = 64;
constexpr uint32_t kLeastSymbols = 1000, kMostSymbols = 1 << 21;
constexpr uint32_t kEach = 256;  // names a marker

uint64_t align(uint64_t at, uint64_t to) { return (at + to - 1) & ~(to - 1); }

// The image, as far as it is mapped and in the dump, in pieces without holes.
class Image {
public:
    explicit Image(const wqlab::Memory& memory)
    {
        std::vector<char> page(kPage);
        for (uint64_t at = PageTables::kImageBegin; at < PageTables::kImageEnd; at += kPage) {
            if (!memory.read(page.data(), at, kPage)) {
                // Nothing is mapped in smaller pieces before the image begins, nor behind its end.
                if (pieces_.empty() || pieces_.back().begin + pieces_.back().bytes.size() + kGap < at)
                    at = align(at + 1, kStep) - kPage;
                continue;
            }
            if (pieces_.empty() || pieces_.back().begin + pieces_.back().bytes.size() != at)
                pieces_.push_back({at, {}});
            auto& bytes = pieces_.back().bytes;
            if (size_ += kPage; size_ > kMostImage)
                return;
            bytes.insert(bytes.end(), page.begin(), page.end());
        }
    }

    struct Piece {
        uint64_t begin;
        std::vector<char> bytes;

        template <typename T>
        T get(uint64_t at) const
        {
            T value{};
            if (at <= bytes.size() && sizeof(T) <= bytes.size() - at)
                std::memcpy(&value, bytes.data() + at, sizeof(T));
            return value;
        }
    };
    const std::vector<Piece>& pieces() const { return pieces_; }

private:
    static constexpr uint64_t kPage = 4096, kStep = 2 << 20, kGap = 16 << 20;
    static constexpr uint64_t kMostImage = uint64_t{256} << 20;  // with KASAN and all, 130 MB

    std::vector<Piece> pieces_;
    uint64_t size_ = 0;
};

class Search {
public:
    explicit Search(const Image::Piece& piece) : piece_(piece) {}

    // Every place that looks right; the caller tries them.
    template <typename Visit>
    bool run(Visit visit) const
    {
        for (uint64_t index = 0; index + kIndexSize <= piece_.bytes.size(); index += 4) {
            uint64_t table;
            if (!is_index(index) || !find_table(index, table))
                continue;
            uint64_t number, names;
            if (find_names(table, number, names) && visit_offsets(index, table, number, names, visit))
                return true;
        }
        return false;
    }

private:
    // Of 256 strings of one character or more, each with a NUL.
    bool is_index(uint64_t at) const
    {
        if (piece_.get<uint16_t>(at) != 0)
            return false;
        uint16_t last = 0;
        for (size_t i = 1; i < kTokens; i++) {
            const auto begin = piece_.get<uint16_t>(at + i * sizeof(uint16_t));
            if (begin < last + 2 || begin > last + kMostToken)
                return false;
            last = begin;
        }
        return true;
    }

    // It ends, but for padding, where the index begins.
    bool find_table(uint64_t index, uint64_t& table) const
    {
        const auto last = piece_.get<uint16_t>(index + kIndexSize - sizeof(uint16_t));
        for (uint64_t size = last + 2u; size < last + kMostToken && size <= index; size++) {
            table = index - size;
            if (table % 4 == 0 && is_table(table, index))
                return true;
        }
        return false;
    }
    bool is_table(uint64_t table, uint64_t index) const
    {
        for (size_t i = 0; i < kTokens; i++) {
            const uint64_t begin = table + piece_.get<uint16_t>(index + i * sizeof(uint16_t));
            if (i && piece_.bytes[begin - 1] != '\0')
                return false;
            if (piece_.bytes[begin] == '\0')
                return false;
        }
        return piece_.bytes[index - 1] == '\0';
    }

    bool find_names(uint64_t table, uint64_t& number, uint64_t& names) const
    {
        const uint64_t lowest = table > kMostNames ? table - kMostNames : 0;
        for (number = table & ~uint64_t{3}; number >= lowest + 4;) {
            number -= 4;
            const auto count = piece_.get<uint32_t>(number);
            if (count < kLeastSymbols || count > kMostSymbols || count > (table - number) / 2)
                continue;
            for (const uint64_t padding : {4, 8}) {
                names = number + padding;
                if (are_names(names, table, count))
                    return true;
            }
        }
        return false;
    }

    // A chain of so many lengths, with a table behind it that says where it is at every 256th.
    bool are_names(uint64_t names, uint64_t end, uint32_t count) const
    {
        uint64_t at = names, second = 0;
        for (uint32_t i = 0; i < count; i++) {
            if (i == kEach)
                second = at - names;
            const uint32_t length = length_at(at);
            if (!length || at + length >= end)
                return false;
            at += length;
        }
        for (const uint64_t alignment : {4, 8}) {
            const uint64_t markers = align(at, alignment);
            if (piece_.get<uint32_t>(markers) == 0 && piece_.get<uint32_t>(markers + 4) == second)
                return true;
        }
        return false;
    }
    // Of a whole name, its length included; 0: it has none.
    uint32_t length_at(uint64_t at) const
    {
        const auto first = piece_.get<uint8_t>(at);
        if (!(first & 0x80))
            return first ? first + 1u : 0;
        return (first & 0x7fu) + (uint32_t{piece_.get<uint8_t>(at + 1)} << 7) + 2;
    }

    template <typename Visit>
    bool visit_offsets(uint64_t index, uint64_t table, uint64_t number, uint64_t names, Visit visit) const
    {
        const uint64_t size = uint64_t{piece_.get<uint32_t>(number)} * sizeof(uint32_t), begin = piece_.begin;
        KallsymsTables tables{begin + names, begin + number, begin + table, begin + index, 0, {}};
        tables.offsets = begin + index + kIndexSize;
        tables.relative_base = align(tables.offsets + size, 8);
        if (visit(tables))
            return true;
        if (number < align(size, 8) + 8)
            return false;
        tables.relative_base = begin + number - 8;
        tables.offsets = *tables.relative_base - align(size, 8);
        return visit(tables);
    }

    static constexpr uint64_t kMostNames = 16 << 20;  // with what stands between them and the tokens

    const Image::Piece& piece_;
};

}  // namespace

std::unique_ptr<CompressedSymbols> search_kallsyms(const wqlab::Memory& memory)
{
    const Image image(memory);
    std::unique_ptr<CompressedSymbols> symbols;
    for (const Image::Piece& piece : image.pieces()) {
        const bool found = Search(piece).run([&](const KallsymsTables& tables) {
            symbols = CompressedSymbols::read(memory, tables);
            return symbols && symbols->size();
        });
        if (found)
            return symbols;
    }
    return nullptr;
}

}  // namespace wqctl
