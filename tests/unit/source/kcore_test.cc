// SPDX-License-Identifier: GPL-2.0
// /proc/kcore's program headers, and a file that behaves as it does.
#include <cstring>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "source/kcore/kcore.hh"
#include "source/kcore/rights.hh"

using namespace wqctl;

namespace {

constexpr uint64_t kDirect = 0xffff'8880'0000'0000, kAreas = 0xffff'c900'0000'0000;

Elf64_Ehdr elf_header(uint16_t headers)
{
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_type = ET_CORE;
#if defined(__aarch64__)
    header.e_machine = EM_AARCH64;
#else
    header.e_machine = EM_X86_64;
#endif
    header.e_phoff = sizeof(header);
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = headers;
    return header;
}

Elf64_Phdr segment(uint64_t address, uint64_t size, uint64_t offset, uint64_t physical)
{
    return {.p_type = PT_LOAD,
            .p_flags = 7,
            .p_offset = offset,
            .p_vaddr = address,
            .p_paddr = physical,
            .p_filesz = size,
            .p_memsz = size,
            .p_align = 4096};
}

class File {
public:
    explicit File(const std::string& bytes) : path_(std::filesystem::temp_directory_path() / "wqlab-unit-kcore")
    {
        std::ofstream(path_, std::ios::binary) << bytes;
    }
    ~File() { std::filesystem::remove(path_); }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

template <typename T>
std::string bytes_of(const T& value)
{
    return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

}  // namespace

TEST_CASE("an address is in the segment that has all of it, or in none")
{
    const Elf64_Phdr headers[] = {segment(kAreas, 0x2000, 0x5000, UINT64_MAX),
                                  segment(kDirect, 0x1000, 0x1000, 0),
                                  segment(kDirect + 0x3000, 0x1000, 0x4000, 0x3000),
                                  segment(UINT64_MAX - 0xfff, 0x2000, 0, 0),  // wraps
                                  {.p_type = PT_NOTE,
                                   .p_flags = 0,
                                   .p_offset = 0,
                                   .p_vaddr = 0,
                                   .p_paddr = 0,
                                   .p_filesz = 9,
                                   .p_memsz = 9,
                                   .p_align = 0}};
    const Segments segments(headers);
    REQUIRE(segments.find(kDirect, 8));
    CHECK(segments.find(kDirect, 8)->offset == 0x1000);
    CHECK(segments.find(kDirect, 8)->is_ram);
    CHECK_FALSE(segments.find(kAreas, 8)->is_ram);
    CHECK(segments.find(kDirect + 0xff8, 8));
    CHECK_FALSE(segments.find(kDirect + 0xff9, 8));
    CHECK_FALSE(segments.find(kDirect + 0x1000, 8));
    CHECK(segments.find(kDirect + 0x3000, 0x1000));
    CHECK_FALSE(segments.find(0, 1));
    CHECK_FALSE(segments.find(UINT64_MAX - 8, 8));
    CHECK_FALSE(segments.find(0xdead000000000100, 8));
}

TEST_CASE("what is no kcore of this machine is refused")
{
    CHECK(Segments::table_of(elf_header(3)));
    Elf64_Ehdr other = elf_header(3);
    other.e_machine = EM_S390;
    CHECK_FALSE(Segments::table_of(other));
    CHECK_FALSE(Segments::table_of(elf_header(0)));
    CHECK_FALSE(Segments::table_of(Elf64_Ehdr{}));
    const File file("nothing");
    CHECK_THROWS_AS(Kcore(file.path()), Error);
    const File cut(bytes_of(elf_header(3)));
    CHECK_THROWS_AS(Kcore(cut.path()), Error);
}

TEST_CASE("in an area of holes, what was read before is nothing")
{
    // The witness in RAM, and an area of which one line repeats it: a hole, as 6.1 shows it.
    const std::string text = "Linux version 6.1.0 (somebody@somewhere) #1 SMP PREEMPT_DYNAMIC Debian";
    std::string file = bytes_of(elf_header(2)) + bytes_of(segment(kDirect, 0x1000, 0x1000, 0)) +
                       bytes_of(segment(kAreas, 0x1000, 0x2000, UINT64_MAX));
    file.resize(0x3000);
    file.replace(0x1000, text.size(), text);
    file.replace(0x2000, text.size(), text);
    file.replace(0x2100, 8, "contents");
    const File path(file);
    Kcore memory(path.path());
    memory.set_witness(kDirect);
    char read[8];
    CHECK(memory.read(read, kDirect + 6, 7));
    CHECK(std::string(read, 7) == "version");
    CHECK(memory.read(read, kAreas + 0x100, 8));
    CHECK(std::string(read, 8) == "contents");
    CHECK(memory.read(read, kAreas + 0x103, 2));
    CHECK(std::string(read, 2) == "te");
    CHECK_FALSE(memory.read(read, kAreas, 8));
    CHECK_FALSE(memory.read(read, kAreas + 9, 1));
    CHECK(memory.read(read, kAreas + 0xffc, 4));  // zeros, at the segment's end
    CHECK_FALSE(memory.read(read, kAreas + 0xffd, 4));
}

TEST_CASE("kcore's note says what its kernel says of itself")
{
    const std::string text = "OSRELEASE=6.12.0\nSYMBOL(_stext)=ffffffff81000000\n";
    Elf64_Phdr headers[] = {segment(kDirect, 0x1000, 0x1000, 0), segment(0, 0, 0, 0)};
    headers[1].p_type = PT_NOTE;
    headers[1].p_offset = 0x1000;
    Elf64_Nhdr note{.n_namesz = 11, .n_descsz = static_cast<uint32_t>(text.size()), .n_type = 0};
    const std::string notes = bytes_of(note) + std::string("VMCOREINFO\0", 12) + text;
    const bool is_whole = GENERATE(true, false);
    headers[1].p_filesz = is_whole ? (notes.size() + 3) / 4 * 4 : 16;
    std::string file = bytes_of(elf_header(2)) + bytes_of(headers[0]) + bytes_of(headers[1]);
    file.resize(0x2000);
    file.replace(0x1000, notes.size(), notes);
    const File path(file);
    CHECK(Kcore(path.path()).vmcoreinfo() == (is_whole ? text : ""));
}

TEST_CASE("who may not look is told what is missing")
{
    CHECK(chosen_word("none [integrity] confidentiality") == "integrity");
    CHECK(chosen_word("").empty());
    CHECK(has_capability("CapEff:\t0000000000020000", 17));
    CHECK_FALSE(has_capability("CapEff:\t0000000000020000", 16));
    CHECK_FALSE(has_capability("", 17));

    const Rights all = {.may_read_memory = true, .may_read_addresses = true, .lockdown = "none", .kptr_restrict = "0"};
    const Rights none = {};
    CHECK_THAT(why_no_kcore("/proc/kcore", ENOENT, all).message, Catch::Contains("CONFIG_PROC_KCORE"));
    CHECK_THAT(why_no_kcore("/proc/kcore", EACCES, none).message, Catch::Contains("only root"));
    CHECK_THAT(why_no_kcore("/proc/kcore", EPERM, none).message, Catch::Contains("CAP_SYS_RAWIO"));
    Rights locked = all;
    locked.lockdown = "confidentiality";
    CHECK_THAT(why_no_kcore("/proc/kcore", EPERM, locked).message, Catch::Contains("locked down"));
    CHECK_THAT(why_no_addresses(none).message, Catch::Contains("CAP_SYSLOG"));
    Rights hidden = all;
    hidden.kptr_restrict = "2";
    CHECK_THAT(why_no_addresses(hidden).hint, Catch::Contains("kptr_restrict=1"));
}
