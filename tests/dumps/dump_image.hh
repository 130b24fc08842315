// SPDX-License-Identifier: GPL-2.0
// The physical memory of a Machine, as a kernel would have it: page tables, its
// image with banner, symbols and BTF, and what the test put into the Machine,
// each page at a place of its own.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dumps/kallsyms_writer.hh"
#include "machine/machine.hh"

struct DumpShape {
    bool is_arm64 = false;
    unsigned page_shift = 12;    // arm64 has others
    unsigned va_bits = 48;       // x86-64: 57 is five levels
    bool has_note = true;        // VMCOREINFO, as a note
    bool has_text = false;       // VMCOREINFO in memory
    bool has_registers = false;  // QEMU's note of a CPU
    bool names_machine = true;   // in a compressed dump's header; QEMU 10 says "Unknown" there
    bool offsets_first = false;  // kallsyms as 6.1 has it
    unsigned more_symbols = 0;   // beside the Machine's: a search believes in a thousand
    bool has_btf = true;
    std::string build_id = "0123abcd";  // what VMCOREINFO says; in memory it is this
    std::string release = "6.12.0-test";
};

class DumpImage {
public:
    static constexpr uint64_t kImage = 0xffff'ffff'8100'0000;  // where its image is, and _stext

    explicit DumpImage(Machine& machine, const DumpShape& shape = {});

    const std::map<uint64_t, std::vector<uint8_t>>& pages() const { return pages_; }
    std::map<uint64_t, std::vector<uint8_t>>& pages() { return pages_; }
    size_t page_size() const { return size_t{1} << shape_.page_shift; }
    const DumpShape& shape() const { return shape_; }
    const std::string& vmcoreinfo() const { return vmcoreinfo_; }
    uint64_t root() const { return root_; }
    // Where a page of the Machine's is, to take it away.
    uint64_t physical(uint64_t address) const { return mapped_.at(address >> shape_.page_shift); }
    // As /proc/kallsyms has them.
    std::string kallsyms_text() const;
    const std::vector<uint8_t>& btf() const { return btf_; }

private:
    uint64_t new_page();
    void map(uint64_t address, uint64_t physical);
    void put(uint64_t address, const std::vector<uint8_t>& bytes);
    std::vector<std::pair<std::string, uint64_t>> symbols_of(Machine& machine) const;

    DumpShape shape_;
    unsigned levels_;
    uint64_t next_ = 0x100'0000, root_ = 0;
    std::map<uint64_t, std::vector<uint8_t>> pages_;  // by physical address
    std::map<uint64_t, uint64_t> mapped_;
    std::vector<std::pair<std::string, uint64_t>> symbols_;
    std::vector<uint8_t> btf_;
    std::string vmcoreinfo_;
};
