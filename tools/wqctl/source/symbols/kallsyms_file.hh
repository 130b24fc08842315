// SPDX-License-Identifier: GPL-2.0
// /proc/kallsyms, or a copy of it, read once from end to end: of its hundreds of thousands of lines are kept the
// addresses that are wanted, and the functions, because any of them may be an item's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "source/bytes/memory.hh"
#include "source/symbols/symbol_list.hh"
#include "source/symbols/wanted_symbols.hh"

namespace wqctl {

class KallsymsFile final : public wqlab::SymbolTable {
public:
    // Forgets what was and reads the file. 0, or errno.
    int read(const std::string& path);
    // A piece of the file, which may begin and end anywhere; finish() behind the last.
    void take(std::string_view piece);
    void finish();

    // How many lines there were, and of how many the address was 0 because the reader may not know it.
    size_t lines() const { return lines_; }
    bool hides_addresses() const { return lines_ && hidden_ == lines_; }

    uint64_t address_of(const std::string& name) const override { return wanted_[name]; }
    std::string name_of(uint64_t address) const override { return functions_.name_of(address); }

private:
    void forget();
    void take_line(std::string_view line);

    WantedSymbols wanted_;
    SymbolList functions_;
    std::string rest_;  // of a line that is not complete yet
    size_t lines_ = 0, hidden_ = 0;
};

}  // namespace wqctl
