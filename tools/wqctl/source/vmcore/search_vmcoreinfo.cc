// SPDX-License-Identifier: GPL-2.0
#include "source/vmcore/search_vmcoreinfo.hh"

#include <cstring>

namespace wqctl {

namespace {

constexpr size_t kMostText = 4096;  // VMCOREINFO_BYTES, a page
constexpr char kFirst[] = "OSRELEASE=";

}  // namespace

Vmcoreinfo search_vmcoreinfo(const PhysicalMemory& memory)
{
    char page[kMostText];
    for (uint64_t at = memory.next_page(0); at != PhysicalMemory::kNone; at = memory.next_page(at + 1)) {
        if (!memory.read(page, at, sizeof(kFirst) - 1) || std::memcmp(page, kFirst, sizeof(kFirst) - 1) != 0 ||
            !memory.read(page, at, sizeof(page)))
            continue;
        Vmcoreinfo found({page, strnlen(page, sizeof(page))});
        // And not what some program has of it.
        if (found.symbol("_stext"))
            return found;
    }
    return {};
}

}  // namespace wqctl
