// SPDX-License-Identifier: GPL-2.0
// The symbols of a dumped kernel's modules: by them an item's function has a name.
#pragma once

#include "source/bytes/memory.hh"
#include "source/symbol_list.hh"

namespace wqctl {

// "function [module]" each. modules: the list's address; 0: a kernel without. What can't be read is left out.
SymbolList read_module_symbols(const wqlab::Memory& memory, uint64_t modules, wqlab::Span<const uint8_t> btf);

}  // namespace wqctl
