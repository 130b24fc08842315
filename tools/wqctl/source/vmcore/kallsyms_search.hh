// SPDX-License-Identifier: GPL-2.0
#pragma once

#include "source/symbols/compressed_symbols.hh"

namespace wqctl {

// The tables of a kernel of x86-64 that does not say where they are: looked for in its image. nullptr: none are found.
std::unique_ptr<CompressedSymbols> search_kallsyms(const wqlab::Memory& memory);

}  // namespace wqctl
