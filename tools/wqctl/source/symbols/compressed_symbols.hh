// SPDX-License-Identifier: GPL-2.0
// The tables by which a kernel knows its own symbols (CONFIG_KALLSYMS). They stay where they are, in its memory: of a
// hundred thousand names a hundred are ever asked for, so what is kept is where every so many of them begin.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "source/bytes/memory.hh"
#include "source/symbols/vmcoreinfo.hh"
#include "source/symbols/wanted_symbols.hh"

namespace wqctl {

// Where they are.
struct KallsymsTables {
    uint64_t names, num_syms, token_table, token_index, offsets;
    std::optional<uint64_t> relative_base;  // none since 7.0, where each offset is relative to itself
};

// As VMCOREINFO has it since 6.0.
std::optional<KallsymsTables> kallsyms_by_note(const Vmcoreinfo& note);

class CompressedSymbols final : public wqlab::SymbolTable {
public:
    // The memory must live as long. nullptr: the tables do not say what they should, or a page of them is missing.
    static std::unique_ptr<CompressedSymbols> read(const wqlab::Memory& memory, const KallsymsTables& tables);

    size_t size() const { return count_; }
    uint64_t address_of(const std::string& name) const override { return wanted_[name]; }
    std::string name_of(uint64_t address) const override;

private:
    // How a table's words become addresses.
    enum class Encoding {
        kPlaceRelative,   // 7.0 on
        kBaseRelative,    // since 6.15 of x86-64, always of others
        kAbsolutePerCpu,  // before: what is not negative is a per-CPU variable's offset
    };
    struct Token {
        uint64_t letters;  // the first eight of them, the first one lowest
        std::string_view text;
    };
    // Of every kEach-th symbol: where it is, and where its name.
    struct Mark {
        uint64_t address, name;
    };
    using Tokens = std::span<const uint8_t>;  // a name
    static constexpr size_t kMostName = 512;  // KSYM_NAME_LEN
    using Text = char[kMostName];

    static constexpr size_t kTokens = 256;
    static constexpr uint32_t kEach = 256;

    CompressedSymbols(const wqlab::Memory& memory, const KallsymsTables& tables) : memory_(memory), tables_(tables) {}
    bool read_tokens();
    bool read_names();
    bool read_addresses();
    bool find_encoding();

    uint32_t beginning_of(Tokens tokens) const;
    std::string_view spell(Tokens tokens, Text& text) const;
    std::string text_of(uint32_t number) const;
    uint64_t address_of(uint32_t number, int32_t word) const;
    bool read_word(uint32_t number, int32_t& word) const;

    const wqlab::Memory& memory_;
    const KallsymsTables tables_;
    uint32_t count_ = 0;
    std::vector<char> token_text_;
    Token tokens_[kTokens];
    std::vector<Mark> marks_;
    uint64_t names_end_ = 0;
    Encoding encoding_ = Encoding::kPlaceRelative;
    uint64_t base_ = 0;  // of an encoding
    WantedSymbols wanted_;
};

// Whether symbols are of the kernel that is in memory: linux_banner is where they say.
bool symbols_fit(const wqlab::Memory& memory, const wqlab::SymbolTable& symbols);

}  // namespace wqctl
