// SPDX-License-Identifier: GPL-2.0
// The tables by which a kernel knows its own symbols (CONFIG_KALLSYMS), read out of its memory.
#pragma once

#include <optional>

#include "source/bytes/memory.hh"
#include "source/symbol_list.hh"
#include "source/vmcore/vmcoreinfo.hh"

namespace wqctl {

// Where they are.
struct KallsymsTables {
    uint64_t names, num_syms, token_table, token_index, offsets;
    std::optional<uint64_t> relative_base;  // none since 7.0, where each offset is relative to itself
};

// As VMCOREINFO has it since 6.0.
std::optional<KallsymsTables> kallsyms_by_note(const Vmcoreinfo& note);

// The symbols; none: the tables do not say what they should, or a page of them is missing.
SymbolList read_kallsyms(const wqlab::Memory& memory, const KallsymsTables& tables);

// The same, of a kernel of x86-64 that does not say where they are: looked for in its image.
SymbolList search_kallsyms(const wqlab::Memory& memory);

// Whether symbols are of the kernel that is in memory: linux_banner is where they say.
bool symbols_fit(const wqlab::Memory& memory, const wqlab::SymbolTable& symbols);

}  // namespace wqctl
