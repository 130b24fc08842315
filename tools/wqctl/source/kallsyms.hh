// SPDX-License-Identifier: GPL-2.0
// /proc/kallsyms, or a copy of it, read once from end to end: of its hundreds of thousands of lines are kept the
// addresses that the walkers want, and the functions, because any of them may be an item's.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "source/bytes/memory.hh"
#include "source/symbol_list.hh"

namespace wqctl {

class Kallsyms final : public wqlab::SymbolTable {
public:
    // also: names that address_of() shall know besides those in kmod/inspect/symbols.def.
    explicit Kallsyms(std::span<const std::string_view> also = {});

    // Forgets what was and reads the file. 0, or errno.
    int read(const std::string& path);
    // A piece of the file, which may begin and end anywhere; finish() behind the last.
    void take(std::string_view piece);
    void finish();

    // How many lines there were, and of how many the address was 0 because the reader may not know it.
    size_t lines() const { return lines_; }
    bool hides_addresses() const { return lines_ && hidden_ == lines_; }

    uint64_t address_of(const std::string& name) const override;
    std::string name_of(uint64_t address) const override { return functions_.name_of(address); }

private:
    struct Wanted {
        std::string_view name;
        uint64_t address = 0;
        uint32_t found = 0;
    };

    void forget();
    void take_line(std::string_view line);
    void note_wanted(std::string_view name, uint64_t address);
    bool may_be_wanted(std::string_view name) const;
    static unsigned filter_bit(std::string_view name);

    std::vector<Wanted> wanted_;  // by name
    uint64_t filter_[16] = {};    // of filter_bit(), so that most names are passed over at once
    SymbolList functions_;
    std::string rest_;  // of a line that is not complete yet
    size_t lines_ = 0, hidden_ = 0;
};

}  // namespace wqctl
