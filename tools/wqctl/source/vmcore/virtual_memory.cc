// SPDX-License-Identifier: GPL-2.0
#include "source/vmcore/virtual_memory.hh"

#include <algorithm>

namespace wqctl {

bool VirtualMemory::find(uint64_t address, uint64_t& physical) const
{
    const uint64_t page = address >> tables_.page_shift();
    Translation& known = translations_[page % kRemembered];
    if (known.page != page) {
        uint64_t at;
        const PageTables::Result result = tables_.translate(page << tables_.page_shift(), at);
        if (result != PageTables::Result::kPhysical) {
            absent_ += result == PageTables::Result::kAbsent;
            return false;
        }
        known = {page, at};
    }
    physical = known.physical + (address - (page << tables_.page_shift()));
    return true;
}

bool VirtualMemory::read(void* to, uint64_t address, size_t size) const
{
    if (address + size < address)
        return false;
    auto* bytes = static_cast<char*>(to);
    while (size) {
        const uint64_t page_size = uint64_t{1} << tables_.page_shift();
        const size_t part = std::min<size_t>(size, page_size - address % page_size);
        uint64_t physical;
        if (!find(address, physical))
            return false;
        if (!memory_.read(bytes, physical, part)) {
            absent_++;
            return false;
        }
        bytes += part;
        address += part;
        size -= part;
    }
    return true;
}

}  // namespace wqctl
