// SPDX-License-Identifier: GPL-2.0
#include "source/kcore/segments.hh"

#include <algorithm>
#include <cstring>

namespace wqctl {

namespace {

#if defined(__x86_64__)
constexpr uint16_t kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr uint16_t kMachine = EM_AARCH64;
#else
constexpr uint16_t kMachine = EM_NONE;  // nobody has tried
#endif

}  // namespace

std::optional<Segments::Table> Segments::table_of(const Elf64_Ehdr& header)
{
    if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
        header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_type != ET_CORE || header.e_machine != kMachine ||
        header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum == 0 || header.e_phnum == PN_XNUM)
        return {};  // PN_XNUM: more than fit there. There is one for each range of memory; a machine has tens of them.
    return Table{header.e_phoff, header.e_phnum};
}

Segments::Segments(std::span<const Elf64_Phdr> headers)
{
    for (const Elf64_Phdr& header : headers)
        if (header.p_type == PT_LOAD && header.p_memsz && header.p_vaddr + (header.p_memsz - 1) >= header.p_vaddr &&
            header.p_offset <= INT64_MAX - header.p_memsz)
            segments_.push_back({header.p_vaddr, header.p_memsz, header.p_offset, header.p_paddr != UINT64_MAX});
    std::ranges::sort(segments_, {}, &Segment::address);
}

const Segment* Segments::find(uint64_t address, size_t size) const
{
    auto behind = std::ranges::upper_bound(segments_, address, {}, &Segment::address);
    if (behind == segments_.begin())
        return nullptr;
    const Segment& segment = *--behind;
    const uint64_t offset = address - segment.address;
    return offset <= segment.size && size <= segment.size - offset ? &segment : nullptr;
}

}  // namespace wqctl
