// SPDX-License-Identifier: GPL-2.0
#include "source/kcore/kcore.hh"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include "source/kcore/rights.hh"
#include "source/symbols/notes.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

constexpr uint64_t kPage = 4096;
constexpr size_t kLargest = 8192;  // of what is read in one piece: bytes/target.hh
// What is compared with the witness. Of fewer bytes some other may have the same.
constexpr uint64_t kLine = 64;
constexpr uint64_t kMostNotes = 1 << 16;  // the kernel's have some pages

}  // namespace

Kcore::Kcore(std::string path) : path_(std::move(path)), file_(open(path_.c_str(), O_RDONLY | O_CLOEXEC))
{
    if (const int error = errno; file_ < 0)
        throw why_no_kcore(path_, error);
    try {
        renew();
    } catch (...) {
        close(file_);
        throw;
    }
}

Kcore::~Kcore() { close(file_); }

void Kcore::renew()
{
    Elf64_Ehdr header;
    std::optional<Segments::Table> table;
    if (read_at(&header, 0, sizeof(header)))
        table = Segments::table_of(header);
    std::vector<Elf64_Phdr> headers(table ? table->count : 0);
    if (!table || !read_at(headers.data(), table->offset, headers.size() * sizeof(Elf64_Phdr)))
        throw Error(kUnavailable, fmt::format("{} is not this machine's memory, or cannot be read", path_));
    segments_ = Segments(headers);
    const auto notes = std::ranges::find(headers, PT_NOTE, &Elf64_Phdr::p_type);
    notes_at_ = notes == headers.end() ? 0 : notes->p_offset;
    notes_size_ = notes == headers.end() ? 0 : std::min(notes->p_filesz, kMostNotes);
}

std::string Kcore::vmcoreinfo() const
{
    std::vector<char> notes(notes_size_);
    std::string text;
    if (read_at(notes.data(), notes_at_, notes.size()))
        for_each_note(notes, [&](std::string_view name, uint32_t, std::string_view note) {
            if (name == "VMCOREINFO")
                text.assign(note.data(), strnlen(note.data(), note.size()));
        });
    return text;
}

bool Kcore::read_at(void* to, uint64_t offset, size_t size) const
{
    auto* at = static_cast<char*>(to);
    while (size) {
        const ssize_t got = pread(file_, at, size, static_cast<off_t>(offset));
        if (got <= 0)
            return false;
        at += got;
        offset += static_cast<uint64_t>(got);
        size -= static_cast<size_t>(got);
    }
    return true;
}

bool Kcore::read(void* to, uint64_t address, size_t size) const
{
    const Segment* segment = segments_.find(address, size);
    if (!segment)
        return false;
    if (!segment->is_ram && witness_)
        return read_area(to, *segment, address, size);
    return read_at(to, segment->offset + (address - segment->address), size);
}

// Reads as much of the witness first. If that is what comes back, nothing is there.
bool Kcore::read_area(void* to, const Segment& segment, uint64_t address, size_t size) const
{
    char witness[kPage], bytes[kLargest + 2 * kLine];
    const uint64_t end = segment.address + segment.size;
    const uint64_t first = std::max(address & ~(kLine - 1), segment.address);
    const uint64_t behind = std::min((address + size + kLine - 1) & ~(kLine - 1), end);
    // Each page is looked up by itself, and what is left in the kernel's buffer begins with what went before.
    const uint64_t compared = std::min(behind, (first & ~(kPage - 1)) + kPage) - first;
    const Segment* text = segments_.find(witness_, compared);
    if (!text || behind - first > sizeof(bytes) ||
        !read_at(witness, text->offset + (witness_ - text->address), compared) ||
        !read_at(bytes, segment.offset + (first - segment.address), behind - first))
        return false;
    if (std::memcmp(witness, bytes, compared) == 0)
        return false;
    std::memcpy(to, bytes + (address - first), size);
    return true;
}

}  // namespace wqctl
