// SPDX-License-Identifier: GPL-2.0
// symbols.def as tables.
#include "symbols.hh"

namespace wqlab {

namespace {

namespace symbol_list {

using enum Need;
using namespace view;

constexpr SymbolSpec kSymbols[] = {
#define SYMBOL(id, need, views, name) {Symbol::id, name, views, need},
#include "symbols.def"
};

constexpr Symbol kSystemWorkqueues[] = {
#define SYSTEM_WORKQUEUE(variable, ...) Symbol::variable,
    WQLAB_SYSTEM_WORKQUEUES(SYSTEM_WORKQUEUE)
#undef SYSTEM_WORKQUEUE
};

}  // namespace symbol_list

}  // namespace

Span<const SymbolSpec> all_symbols() { return symbol_list::kSymbols; }

Span<const Symbol> system_workqueues() { return symbol_list::kSystemWorkqueues; }

}  // namespace wqlab
