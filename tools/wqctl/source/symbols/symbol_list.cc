// SPDX-License-Identifier: GPL-2.0
#include "source/symbols/symbol_list.hh"

#include <algorithm>
#include <numeric>

namespace wqctl {

void SymbolList::reserve(size_t symbols)
{
    constexpr size_t kNameLength = 20;  // of most
    names_.reserve(symbols * kNameLength);
    begins_.reserve(symbols + 1);
    addresses_.reserve(symbols);
}

void SymbolList::add(std::string_view name, uint64_t address)
{
    if (names_.size() > UINT32_MAX - name.size())
        return;  // of no kernel
    names_ += name;
    begins_.push_back(static_cast<uint32_t>(names_.size()));
    addresses_.push_back(address);
}

void SymbolList::sort()
{
    if (std::is_sorted(addresses_.begin(), addresses_.end()))
        return;
    by_address_.resize(addresses_.size());
    std::iota(by_address_.begin(), by_address_.end(), 0);
    std::stable_sort(by_address_.begin(), by_address_.end(),
                     [this](uint32_t a, uint32_t b) { return addresses_[a] < addresses_[b]; });
}

std::string SymbolList::name_of(uint64_t address) const
{
    if (by_address_.empty()) {
        const auto at = std::lower_bound(addresses_.begin(), addresses_.end(), address);
        return at == addresses_.end() || *at != address
                   ? std::string()
                   : std::string(name(static_cast<size_t>(at - addresses_.begin())));
    }
    const auto at = std::lower_bound(by_address_.begin(), by_address_.end(), address,
                                     [this](uint32_t i, uint64_t wanted) { return addresses_[i] < wanted; });
    return at == by_address_.end() || addresses_[*at] != address ? std::string() : std::string(name(*at));
}

}  // namespace wqctl
