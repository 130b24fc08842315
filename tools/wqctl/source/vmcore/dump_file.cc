// SPDX-License-Identifier: GPL-2.0
#include "source/vmcore/dump_file.hh"

#include <algorithm>
#include <cstring>
#include <elf.h>

#include "source/vmcore/flattened.hh"
#include "source/vmcore/formats.hh"
#include "source/symbols/notes.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

// What people take for a dump, by its first bytes.
struct Stranger {
    const char* magic;
    const char* is;
    const char* remedy;
};
constexpr Stranger kStrangers[] = {
    {"QEVM", "a saved virtual machine", "dump its memory: virsh dump --memory-only, or QEMU's dump-guest-memory"},
    {"LibvirtQemudSave", "a saved virtual machine", "dump its memory: virsh dump --memory-only"},
    {"PAGEDU64", "a dump of Windows", ""},
    {"EMiL", "a LiME image", "which has no notes; take an ELF or a kdump file"},
    {"\x1f\x8b", "compressed as a whole", "decompress it first: gunzip"},
    {"\xfd"
     "7zXZ",
     "compressed as a whole", "decompress it first: unxz"},
    {"\x28\xb5\x2f\xfd", "compressed as a whole", "decompress it first: unzstd"},
};

[[noreturn]] void refuse(const ByteFile& file, const std::string& name)
{
    char begin[16] = {};
    file.read(begin, 0, std::min<uint64_t>(sizeof(begin), file.size()));
    for (const Stranger& stranger : kStrangers)
        if (std::memcmp(begin, stranger.magic, std::strlen(stranger.magic)) == 0)
            throw Error::usage(name + " is " + stranger.is, stranger.remedy);
    throw Error::usage(
        name + (file.size() ? " is no dump" : " is empty"),
        "what can be read are vmcores of kdump and makedumpfile, and of QEMU and virsh dump --memory-only");
}

// QEMUCPUState of target/i386/arch_dump.c, of which the control registers are from cr0 at 392 on.
constexpr size_t kCr3At = 416, kCr4At = 424, kQemuStateSize = 440;

// struct elf_prstatus, whose registers differ.
constexpr size_t kPrstatusSizeX86 = 336, kPrstatusSizeArm64 = 392;

}  // namespace

void read_notes(std::span<const char> notes, DumpFile& dump)
{
    for_each_note(notes, [&](std::string_view name, uint32_t type, std::string_view text) {
        if (name == "VMCOREINFO") {
            dump.vmcoreinfo.assign(text.data(), strnlen(text.data(), text.size()));
        } else if (name == "QEMU" && text.size() >= kQemuStateSize) {
            ControlRegisters registers;
            std::memcpy(&registers.cr3, &text[kCr3At], sizeof(registers.cr3));
            std::memcpy(&registers.cr4, &text[kCr4At], sizeof(registers.cr4));
            dump.cpus.push_back(registers);
        } else if (name == "CORE" && type == NT_PRSTATUS) {
            if (text.size() == kPrstatusSizeX86)
                dump.arch_of_cpus = Arch::kX86_64;
            else if (text.size() == kPrstatusSizeArm64)
                dump.arch_of_cpus = Arch::kArm64;
        }
    });
}

DumpFile open_dump(std::unique_ptr<ByteFile> file, const std::string& name)
{
    DumpFile dump;
    const bool flattened = is_flattened(*file);
    if (flattened) {
        Reassembled reassembled = reassemble(std::move(file));
        file = std::move(reassembled.file);
        if (!reassembled.whole)
            dump.troubles.push_back(name + " was cut short");
    }
    if (is_elf(*file))
        open_elf(std::move(file), name, dump);
    else if (is_kdump(*file))
        open_kdump(std::move(file), name, dump);
    else
        refuse(*file, name);
    if (flattened)
        dump.format += ", flattened";
    return dump;
}

}  // namespace wqctl
