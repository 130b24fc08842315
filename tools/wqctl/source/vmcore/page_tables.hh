// SPDX-License-Identifier: GPL-2.0
// From kernel addresses to physical ones, by the kernel's own page tables.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "source/vmcore/dump_file.hh"
#include "source/symbols/vmcoreinfo.hh"

namespace wqctl {

class PageTables {
public:
    // Where x86-64 has the kernel's image.
    static constexpr uint64_t kImageBegin = 0xffff'ffff'8000'0000, kImageEnd = 0xffff'ffff'c000'0000;

    // By VMCOREINFO; nothing: it does not say where they are.
    static std::optional<PageTables> by_note(const DumpFile& dump, const Vmcoreinfo& note);
    // By what CPUs had as their root: x86-64's, as QEMU notes them.
    static std::optional<PageTables> by_cpus(const DumpFile& dump);

    // kPhysical: *physical is where it is. kAbsent: the dump lacks a page of the tables.
    enum class Result { kPhysical, kUnmapped, kAbsent };
    Result translate(uint64_t address, uint64_t& physical) const;

    unsigned page_shift() const { return page_shift_; }

private:
    PageTables(const DumpFile& dump, uint64_t root) : memory_(dump.memory.get()), arch_(dump.arch), root_(root) {}
    static std::optional<PageTables> of_arm64(const DumpFile& dump, const Vmcoreinfo& note);
    unsigned image_pages() const;

    const PhysicalMemory* memory_;
    Arch arch_;
    uint64_t root_;
    unsigned page_shift_ = 12, va_bits_ = 48, levels_ = 4;
    uint64_t encryption_mask_ = 0;  // bits of an entry that are no address, with AMD's memory encryption
    bool has_52_bits_ = false;      // arm64: an entry has address bits 48 to 51 further down
};

}  // namespace wqctl
