// SPDX-License-Identifier: GPL-2.0
// ELF dumps: of the kernel's own /proc/vmcore, makedumpfile -E, QEMU and libvirt.
#include <algorithm>
#include <cstring>
#include <elf.h>

#include "source/vmcore/formats.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

constexpr uint64_t kPage = 4096;
constexpr uint64_t kMostSegments = 1 << 20;  // a paging=true dump of QEMU's has hundreds

// A piece of memory, and where it is in the file.
struct Segment {
    uint64_t begin, end, at;
};

class ElfMemory final : public PhysicalMemory {
public:
    // Those of a dump with paging=true overlap: a page is in the file once for each address that it has.
    ElfMemory(std::unique_ptr<ByteFile> file, std::vector<Segment> segments)
        : file_(std::move(file)), segments_(std::move(segments))
    {
        std::sort(segments_.begin(), segments_.end(), [](const Segment& a, const Segment& b) {
            return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
        });
        uint64_t end = 0;
        for (Segment& segment : segments_) {
            if (segment.begin < end) {
                const uint64_t twice = std::min(end, segment.end) - segment.begin;
                segment.begin += twice;
                segment.at += twice;
            }
            end = std::max(end, segment.end);
        }
        std::erase_if(segments_, [](const Segment& segment) { return segment.begin >= segment.end; });
    }

    bool read(void* to, uint64_t address, size_t size) const override
    {
        auto* bytes = static_cast<char*>(to);
        while (size) {
            const auto segment = behind(address);
            if (segment == segments_.end() || segment->begin > address)
                return false;
            const uint64_t part = std::min<uint64_t>(size, segment->end - address);
            if (!file_->read(bytes, segment->at + (address - segment->begin), part))
                return false;
            bytes += part;
            address += part;
            size -= part;
        }
        return true;
    }

    uint64_t next_page(uint64_t address) const override
    {
        for (auto segment = behind(address); segment != segments_.end(); ++segment) {
            const uint64_t from = std::max(address, segment->begin), at = segment->at + (from - segment->begin);
            const uint64_t data = file_->next_data(at);
            // Down to its page, and up again if that began in the segment before.
            uint64_t page = (from + (data - at)) & ~(kPage - 1);
            if (page < from)
                page += kPage;
            if (data < file_->size() && page < segment->end)
                return page;
        }
        return kNone;
    }

private:
    // The first that ends behind the address.
    std::vector<Segment>::const_iterator behind(uint64_t address) const
    {
        return std::upper_bound(segments_.begin(), segments_.end(), address,
                                [](uint64_t at, const Segment& segment) { return at < segment.end; });
    }

    std::unique_ptr<ByteFile> file_;
    std::vector<Segment> segments_;
};

Elf64_Ehdr header_of(const ByteFile& file, const std::string& name)
{
    Elf64_Ehdr header;
    if (!file.get(header, 0))
        throw Error::usage(name + " was cut short: not even its header is whole");
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
        (header.e_machine != EM_X86_64 && header.e_machine != EM_AARCH64))
        throw Error::usage(name + " is of an architecture that can't be read", "x86-64 and arm64 can");
    if (header.e_type != ET_CORE)
        throw Error::usage(name + " is a program, such as vmlinux, and no dump");
    if (header.e_phentsize != sizeof(Elf64_Phdr))
        throw Error::usage(name + " is damaged: its header is no ELF dump's");
    return header;
}

uint64_t segments_in(const ByteFile& file, const Elf64_Ehdr& header)
{
    Elf64_Shdr first{};
    if (header.e_phnum != PN_XNUM)
        return header.e_phnum;
    file.get(first, header.e_shoff);
    return std::min<uint64_t>(first.sh_info, kMostSegments);
}

}  // namespace

bool is_elf(const ByteFile& file)
{
    char magic[SELFMAG];
    return file.get(magic, 0) && std::memcmp(magic, ELFMAG, SELFMAG) == 0;
}

void open_elf(std::unique_ptr<ByteFile> file, const std::string& name, DumpFile& dump)
{
    const Elf64_Ehdr header = header_of(*file, name);
    dump.format = "ELF";
    dump.arch = header.e_machine == EM_AARCH64 ? Arch::kArm64 : Arch::kX86_64;
    std::vector<Segment> segments;
    bool whole = header.e_phoff <= file->size();
    // By e_phoff: QEMU 7.2 has section headers first.
    for (uint64_t i = 0, many = whole ? segments_in(*file, header) : 0; i < many; i++) {
        Elf64_Phdr program;
        if (!file->get(program, header.e_phoff + i * sizeof(program))) {
            whole = false;
            break;
        }
        const uint64_t there = program.p_offset < file->size() ? file->size() - program.p_offset : 0;
        if (program.p_type == PT_NOTE) {
            std::vector<char> notes(std::min({program.p_filesz, there, kMostNotes}));
            if (file->read(notes.data(), program.p_offset, notes.size()))
                read_notes(notes, dump);
        }
        if (program.p_type != PT_LOAD)
            continue;
        // What p_memsz has more was left out by makedumpfile.
        const uint64_t size = std::min(program.p_filesz, there);
        whole &= size == program.p_filesz;
        if (program.p_paddr + size > program.p_paddr)
            segments.push_back({program.p_paddr, program.p_paddr + size, program.p_offset});
    }
    if (!whole)
        dump.troubles.push_back(name + " was cut short");
    if (segments.empty())
        throw Error::usage(name + " is a core file with no memory in it that has a physical address",
                           "of a process, or cut short");
    dump.memory = std::make_unique<ElfMemory>(std::move(file), std::move(segments));
}

}  // namespace wqctl
