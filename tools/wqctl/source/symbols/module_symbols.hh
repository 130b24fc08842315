// SPDX-License-Identifier: GPL-2.0
// The symbols of a kernel's modules, read out of its memory: by them an item's function has a name.
#pragma once

#include <optional>

#include "source/bytes/memory.hh"
#include "source/symbols/symbol_list.hh"

namespace wqlab {
class Kernel;
}

namespace wqctl {

// Of struct module and struct mod_kallsyms, where their members are.
struct ModuleLayout {
    uint32_t list, name, kallsyms;
    uint32_t symbols, number, strings, types;
};

// Nothing: this kernel has not all of them.
std::optional<ModuleLayout> module_layout(const wqlab::Kernel& kernel);

// "function [module]" each. modules: the list's address; 0: a kernel without. What can't be read is left out.
SymbolList read_module_symbols(const wqlab::Memory& memory, uint64_t modules, const ModuleLayout& layout);

}  // namespace wqctl
