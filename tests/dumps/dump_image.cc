// SPDX-License-Identifier: GPL-2.0
#include "dumps/dump_image.hh"

#include <algorithm>
#include <cinttypes>
#include <cstring>

namespace {

constexpr uint64_t kX86Map = 0xffff'ffff'8000'0000;
constexpr uint64_t kPhysBase = static_cast<uint64_t>(-0x20'0000);
constexpr uint64_t kVoffset = 0xffff'8000'0000'0000;  // arm64's kimage_voffset
// In the image: linux_banner, VMCOREINFO's text, kallsyms, BTF.
constexpr uint64_t kBanner = DumpImage::kImage, kText = kBanner + 0x1'0000, kKallsyms = kBanner + 0x2'0000,
                   kBtf = kBanner + 0x80'0000, kNotes = kBanner + 0x1000;
// A note of the build id 0123abcd.
constexpr uint8_t kBuildNote[] = {4, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0, 'G', 'N', 'U', 0, 0x01, 0x23, 0xab, 0xcd};

std::vector<uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

std::string line(const char* form, uint64_t value)
{
    char text[512];
    std::snprintf(text, sizeof(text), form, value);
    return std::string(text) + "\n";
}

}  // namespace

DumpImage::DumpImage(Machine& machine, const DumpShape& shape) : shape_(shape)
{
    const unsigned each = shape_.page_shift - 3;
    levels_ = (shape_.va_bits - shape_.page_shift + each - 1) / each;
    root_ = new_page();
    const wqlab::Span<const uint8_t> btf = machine.image().btf;
    btf_.assign(btf.begin(), btf.end());
    symbols_ = symbols_of(machine);
    const KallsymsImage kallsyms = write_kallsyms(kKallsyms, symbols_, KallsymsForm::kAbsolutePerCpu,
                                                  shape_.offsets_first);

    std::string& text = vmcoreinfo_;
    text = "OSRELEASE=" + shape_.release + "\n";
    text += "BUILD-ID=" + shape_.build_id + "\n";
    text += line("PAGESIZE=%" PRIu64, page_size());
    text += line("SYMBOL(_stext)=%" PRIx64, kImage);
    text += line("SYMBOL(kallsyms_names)=%" PRIx64, kallsyms.names);
    text += line("SYMBOL(kallsyms_num_syms)=%" PRIx64, kallsyms.num_syms);
    text += line("SYMBOL(kallsyms_token_table)=%" PRIx64, kallsyms.token_table);
    text += line("SYMBOL(kallsyms_token_index)=%" PRIx64, kallsyms.token_index);
    text += line("SYMBOL(kallsyms_offsets)=%" PRIx64, kallsyms.offsets);
    text += line("SYMBOL(kallsyms_relative_base)=%" PRIx64, kallsyms.relative_base);
    if (shape_.is_arm64) {
        text += line("SYMBOL(swapper_pg_dir)=%" PRIx64, root_ + kVoffset);
        text += line("NUMBER(kimage_voffset)=0x%" PRIx64, kVoffset);
        text += line("NUMBER(VA_BITS)=%" PRIu64, shape_.va_bits);
        text += line("NUMBER(TCR_EL1_T1SZ)=0x%" PRIx64, 64 - shape_.va_bits);
    } else {
        text += line("SYMBOL(init_top_pgt)=%" PRIx64, root_ + kX86Map - kPhysBase);
        text += line("NUMBER(phys_base)=%" PRId64, kPhysBase);
        text += line("NUMBER(pgtable_l5_enabled)=%" PRIu64, levels_ == 5);
    }

    put(kBanner, bytes_of("Linux version " + shape_.release + " (made by a test)"));
    put(kNotes, {std::begin(kBuildNote), std::end(kBuildNote)});
    put(kKallsyms, kallsyms.bytes);
    if (shape_.has_text)
        put(kText, bytes_of(vmcoreinfo_));
    if (shape_.has_btf)
        put(kBtf, btf_);
    put(Machine::kBase, machine.bytes());
}

std::vector<std::pair<std::string, uint64_t>> DumpImage::symbols_of(Machine& machine) const
{
    std::vector<std::pair<std::string, uint64_t>> symbols(machine.symbols().begin(), machine.symbols().end());
    for (const auto& [name, address] : machine.functions())
        if (!machine.symbols().contains(name))
            symbols.emplace_back(name, address);
    symbols.insert(symbols.end(), {{"linux_banner", kBanner},
                                   {"_stext", kImage},
                                   {"__start_notes", kNotes},
                                   {"__stop_notes", kNotes + sizeof(kBuildNote)},
                                   {"__start_BTF", kBtf},
                                   {"__stop_BTF", kBtf + btf_.size()},
                                   {std::string(200, 'l'), kImage + 8}});
    for (unsigned i = 0; i < shape_.more_symbols; i++)
        symbols.emplace_back("more_" + std::to_string(i), kImage + 0x100 + i);
    std::sort(symbols.begin(), symbols.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    return symbols;
}

std::string DumpImage::kallsyms_text() const
{
    std::string text;
    for (const auto& [name, address] : symbols_)
        text += line(("%016" PRIx64 " T " + name).c_str(), address);
    return text;
}

// Not side by side, and with a hole in the middle.
uint64_t DumpImage::new_page()
{
    const uint64_t at = next_ ^ page_size();
    next_ += page_size();
    pages_[at] = std::vector<uint8_t>(page_size());
    return at;
}

void DumpImage::map(uint64_t address, uint64_t physical)
{
    const unsigned each = shape_.page_shift - 3;
    uint64_t table = root_;
    for (unsigned level = levels_; level-- > 0;) {
        const unsigned shift = shape_.page_shift + level * each;
        const unsigned width = level + 1 == levels_ ? shape_.va_bits - shift : each;
        const size_t at = (address >> shift & ((uint64_t{1} << width) - 1)) * 8;
        uint64_t entry;
        std::memcpy(&entry, &pages_.at(table)[at], sizeof(entry));
        if (!entry) {
            // x86-64: present, writable, accessed, dirty. arm64: a table or a page.
            entry = (level ? new_page() : physical) | (shape_.is_arm64 ? 3 : 0x63);
            std::memcpy(&pages_.at(table)[at], &entry, sizeof(entry));
        }
        table = entry & 0x0000'ffff'ffff'f000 & ~(uint64_t{page_size()} - 1);
    }
    mapped_[address >> shape_.page_shift] = physical;
}

void DumpImage::put(uint64_t address, const std::vector<uint8_t>& bytes)
{
    for (size_t done = 0; done < bytes.size();) {
        const size_t offset = (address + done) % page_size(),
                     part = std::min(page_size() - offset, bytes.size() - done);
        const uint64_t page = (address + done) >> shape_.page_shift;
        if (!mapped_.contains(page))
            map(page << shape_.page_shift, new_page());
        std::memcpy(&pages_.at(mapped_.at(page))[offset], &bytes[done], part);
        done += part;
    }
}
