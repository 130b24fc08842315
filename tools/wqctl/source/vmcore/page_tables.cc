// SPDX-License-Identifier: GPL-2.0
#include "source/vmcore/page_tables.hh"

namespace wqctl {

namespace {

constexpr uint64_t kX86Map = 0xffff'ffff'8000'0000;  // __START_KERNEL_map
constexpr uint64_t kX86Address = 0x000f'ffff'ffff'f000;
constexpr uint64_t kX86Present = 1, kX86Large = 1 << 7;
constexpr uint64_t kCr4La57 = 1 << 12;
constexpr uint64_t kUserHalf = 0x1000;  // PTI: of the root that programs have; the kernel's is in front of it

constexpr uint64_t kArmValid = 1, kArmTable = 2;

constexpr uint64_t bits(unsigned from, unsigned to) { return (~uint64_t{0} >> (63 - to)) & (~uint64_t{0} << from); }

}  // namespace

std::optional<PageTables> PageTables::by_note(const DumpFile& dump, const Vmcoreinfo& note)
{
    if (dump.arch == Arch::kArm64)
        return of_arm64(dump, note);
    const auto root = note.symbol("init_top_pgt"), base = note.number("phys_base");
    if (!root || !base)
        return {};
    PageTables tables(dump, *root - kX86Map + *base);
    if (note.number("pgtable_l5_enabled").value_or(0)) {
        tables.levels_ = 5;
        tables.va_bits_ = 57;
    }
    tables.encryption_mask_ = note.number("sme_mask").value_or(0);
    return tables;
}

std::optional<PageTables> PageTables::of_arm64(const DumpFile& dump, const Vmcoreinfo& note)
{
    const auto root = note.symbol("swapper_pg_dir"), offset = note.number("kimage_voffset");
    const auto va_bits = note.number("VA_BITS");
    if (!root || !offset || !va_bits)
        return {};
    const std::string page_size = note.line("PAGESIZE");
    PageTables tables(dump, *root - *offset);
    tables.page_shift_ = page_size == "65536" ? 16 : page_size == "16384" ? 14 : 12;
    tables.va_bits_ = static_cast<unsigned>(*va_bits);
    // A kernel for 52 bits runs with fewer where the CPU has not as many. With 64 KiB pages its root table keeps its
    // form, with smaller ones a level falls away.
    const auto t1sz = note.number("TCR_EL1_T1SZ");
    if (t1sz && *t1sz < 64 && tables.page_shift_ != 16)
        tables.va_bits_ = 64 - static_cast<unsigned>(*t1sz);
    if (tables.va_bits_ <= tables.page_shift_ || tables.va_bits_ > 52)
        return {};
    tables.has_52_bits_ = tables.page_shift_ == 16 || tables.va_bits_ == 52;
    const unsigned each = tables.page_shift_ - 3;
    tables.levels_ = (tables.va_bits_ - tables.page_shift_ + each - 1) / each;
    return tables;
}

std::optional<PageTables> PageTables::by_cpus(const DumpFile& dump)
{
    if (dump.arch != Arch::kX86_64)
        return {};
    constexpr size_t kMostCpus = 8;
    std::optional<PageTables> best;
    unsigned most = 0;
    for (size_t cpu = 0; cpu < dump.cpus.size() && cpu < kMostCpus; cpu++) {
        const auto [cr3, cr4] = dump.cpus[cpu];
        // With PTI a CPU that runs a program has a root of few pages. Without, that bit is part of the address.
        for (const uint64_t root : {cr3 & kX86Address, cr3 & kX86Address & ~kUserHalf}) {
            PageTables tables(dump, root);
            if (cr4 & kCr4La57) {
                tables.levels_ = 5;
                tables.va_bits_ = 57;
            }
            if (const unsigned mapped = tables.image_pages(); mapped > most) {
                most = mapped;
                best = tables;
            }
        }
    }
    return best;
}

// Of those at which the image may begin.
unsigned PageTables::image_pages() const
{
    constexpr uint64_t kStep = 2 << 20;
    unsigned mapped = 0;
    uint64_t physical, word;
    for (uint64_t at = kImageBegin; at < kImageEnd; at += kStep)
        mapped += translate(at, physical) == Result::kPhysical && memory_->read(&word, physical, sizeof(word));
    return mapped;
}

PageTables::Result PageTables::translate(uint64_t address, uint64_t& physical) const
{
    const unsigned each = page_shift_ - 3;
    // Bits that no table translates say that it is the kernel's; of x86-64 the first that one does, too.
    const unsigned below = arch_ == Arch::kX86_64 ? va_bits_ - 1 : va_bits_;
    if (address >> below != ~uint64_t{0} >> below)
        return Result::kUnmapped;
    uint64_t table = root_;
    for (unsigned level = levels_; level-- > 0;) {
        const unsigned shift = page_shift_ + level * each;
        const unsigned width = level + 1 == levels_ ? va_bits_ - shift : each;
        const uint64_t index = address >> shift & bits(0, width - 1);
        uint64_t entry;
        if (!memory_->read(&entry, table + index * sizeof(entry), sizeof(entry)))
            return Result::kAbsent;
        bool leaf = level == 0;
        if (arch_ == Arch::kX86_64) {
            if (!(entry & kX86Present))
                return Result::kUnmapped;
            leaf |= level < 3 && entry & kX86Large;
            table = entry & kX86Address & ~encryption_mask_;
        } else {
            if (!(entry & kArmValid) || (level == 0 && !(entry & kArmTable)))
                return Result::kUnmapped;
            leaf |= !(entry & kArmTable);
            table = entry & bits(page_shift_, has_52_bits_ && page_shift_ != 16 ? 49 : 47);
            if (has_52_bits_)
                table |= page_shift_ == 16 ? (entry >> 12 & 0xf) << 48 : (entry >> 8 & 0x3) << 50;
        }
        if (leaf) {
            physical = (table & ~bits(0, shift - 1)) | (address & bits(0, shift - 1));
            return Result::kPhysical;
        }
    }
    return Result::kUnmapped;
}

}  // namespace wqctl
