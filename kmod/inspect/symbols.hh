// SPDX-License-Identifier: GPL-2.0
// Where the kernel keeps what it does not export. symbols.def lists it.
#pragma once

#include "../core/address.hh"
#include "../core/layout.hh"
#include "../uapi/system_workqueues.h"
#include "views.hh"

namespace wqlab {

enum class Symbol : uint32_t {
#define SYMBOL(id, ...) id,
#include "symbols.def"
    kCount
};

struct SymbolSpec {
    Symbol symbol;
    const char* name;
    uint32_t views;  // that show what is there
    Need need;
};

// In the order of enum Symbol.
Span<const SymbolSpec> all_symbols();

// Of the pointers to system workqueues, in the order in which names are preferred.
Span<const Symbol> system_workqueues();

}  // namespace wqlab
