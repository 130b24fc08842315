// SPDX-License-Identifier: GPL-2.0
// The tables that scripts/kallsyms.c writes, of symbols that a test has.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

// How addresses are written: before 6.15, since, and since 7.0 of x86-64.
enum class KallsymsForm { kAbsolutePerCpu, kBaseRelative, kPlaceRelative };

struct KallsymsImage {
    std::vector<uint8_t> bytes;                                                  // to be put where they were made for
    uint64_t num_syms, names, token_table, token_index, offsets, relative_base;  // addresses
};

// In the order of 6.1 (offsets first) or of later ones. Symbols in the order of their addresses.
KallsymsImage write_kallsyms(uint64_t at, const std::vector<std::pair<std::string, uint64_t>>& symbols,
                             KallsymsForm form, bool offsets_first = false);
