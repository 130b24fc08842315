// SPDX-License-Identifier: GPL-2.0
// By what a build of a kernel is told from every other: the number that its linker gave it.
#pragma once

#include <optional>
#include <string>

#include "source/bytes/memory.hh"

namespace wqctl {

// As VMCOREINFO spells it, of the notes that these symbols say are in memory. Empty: there are none, so the symbols are
// another build's. Nothing: it can't be told, because they do not say where, or the page is not there.
std::optional<std::string> build_id_in(const wqlab::Memory& memory, const wqlab::SymbolTable& symbols);

}  // namespace wqctl
