// SPDX-License-Identifier: GPL-2.0
#include "source/symbols/wanted_symbols.hh"

#include <algorithm>

#include "inspect/symbols.hh"

namespace wqctl {

namespace {

constexpr std::string_view kOfTheKernel[] = {"linux_banner", "_stext",     "modules",       "ptr_key",
                                             "__start_BTF",  "__stop_BTF", "__start_notes", "__stop_notes"};

}  // namespace

WantedSymbols::WantedSymbols()
{
    for (const wqlab::SymbolSpec& spec : wqlab::all_symbols())
        wanted_.push_back({spec.name});
    for (const std::string_view name : kOfTheKernel)
        wanted_.push_back({name});
    std::ranges::sort(wanted_, {}, &Wanted::name);
    for (const Wanted& wanted : wanted_) {
        const unsigned bit = bit_of(beginning_of(wanted.name));
        filter_[bit / 64] |= uint64_t{1} << bit % 64;
    }
}

void WantedSymbols::note(std::string_view name, uint64_t value)
{
    for (auto at = std::ranges::lower_bound(wanted_, name, {}, &Wanted::name); at != wanted_.end() && at->name == name;
         ++at) {
        at->value = value;
        at->found++;
    }
}

void WantedSymbols::forget()
{
    for (Wanted& wanted : wanted_)
        wanted.value = wanted.found = 0;
}

uint64_t WantedSymbols::operator[](std::string_view name) const
{
    const auto at = std::ranges::lower_bound(wanted_, name, {}, &Wanted::name);
    return at != wanted_.end() && at->name == name && at->found == 1 ? at->value : 0;
}

}  // namespace wqctl
