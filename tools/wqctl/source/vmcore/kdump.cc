// SPDX-License-Identifier: GPL-2.0
// The compressed format of kdump, which was diskdump's: makedumpfile -c, -l, -p, -z, and QEMU's kdump-*.
//
//   block 0       the header
//   block 1       the sub header; behind it VMCOREINFO and the notes, where it says
//   then          two bitmaps, of a bit for each page: which the machine had, and which are in the dump
//   then          a descriptor for each page in the dump, and the pages
#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#include "source/vmcore/decompress.hh"
#include "source/vmcore/formats.hh"
#include "text/error.hh"

namespace wqctl {

namespace {

struct Header {
    char signature[8];
    int32_t version;
    char sysname[65], nodename[65], release[65], version_text[65], machine[65], domain[65];
    int64_t seconds, microseconds;
    uint32_t status, block_size, sub_header_blocks, bitmap_blocks, max_mapnr;
    uint32_t total_ram_blocks, device_blocks, written_blocks, current_cpu, nr_cpus;
};
static_assert(sizeof(Header) == 464);

struct SubHeader {
    uint64_t phys_base;  // QEMU's is wrong: it reads VMCOREINFO's decimal number as a hexadecimal one
    int32_t dump_level, split;
    uint64_t start_pfn, end_pfn, vmcoreinfo_at, vmcoreinfo_size, notes_at, notes_size;
    uint64_t eraseinfo_at, eraseinfo_size, start_pfn_64, end_pfn_64, max_mapnr_64;
};
static_assert(sizeof(SubHeader) == 104);

struct PageDescriptor {
    uint64_t at;
    uint32_t size, flags;
    uint64_t page_flags;
};
static_assert(sizeof(PageDescriptor) == 24);

constexpr char kSignature[] = "KDUMP   ";
constexpr uint32_t kIncomplete = 0x8;  // of Header::status
constexpr uint32_t kLeastBlock = 4096, kMostBlock = 65536;
constexpr uint64_t kMostBitmap = uint64_t{4} << 30;  // of 128 TiB

constexpr uint32_t kCompressions = 0x1 | 0x2 | 0x4 | 0x20;  // of PageDescriptor::flags

// Which pages are in the dump, and of each how many are in front of it.
class PageBits {
public:
    PageBits() = default;
    explicit PageBits(std::vector<uint64_t> words) : words_(std::move(words))
    {
        ranks_.reserve(words_.size() / kWordsEach + 1);
        uint64_t rank = 0;
        for (size_t i = 0; i < words_.size(); i++) {
            if (i % kWordsEach == 0)
                ranks_.push_back(rank);
            rank += static_cast<uint64_t>(std::popcount(words_[i]));
        }
        count_ = rank;
    }

    uint64_t count() const { return count_; }

    bool has(uint64_t page) const { return page / 64 < words_.size() && words_[page / 64] >> page % 64 & 1; }
    uint64_t rank(uint64_t page) const
    {
        const size_t word = page / 64;
        uint64_t rank = ranks_[word / kWordsEach];
        for (size_t i = word / kWordsEach * kWordsEach; i < word; i++)
            rank += static_cast<uint64_t>(std::popcount(words_[i]));
        return rank + static_cast<uint64_t>(std::popcount(words_[word] & ((uint64_t{1} << page % 64) - 1)));
    }
    uint64_t next(uint64_t page) const
    {
        for (size_t i = page / 64; i < words_.size(); i++, page = i * 64)
            if (const uint64_t bits = words_[i] >> page % 64 << page % 64)
                return i * 64 + static_cast<uint64_t>(std::countr_zero(bits));
        return PhysicalMemory::kNone;
    }

private:
    static constexpr size_t kWordsEach = 8;  // a cache line

    std::vector<uint64_t> words_;
    std::vector<uint64_t> ranks_;
    uint64_t count_ = 0;
};

class KdumpMemory final : public PhysicalMemory {
public:
    KdumpMemory(std::unique_ptr<ByteFile> file, uint32_t block_size, uint64_t descriptors_at, PageBits bits)
        : file_(std::move(file)), block_size_(block_size), descriptors_at_(descriptors_at), bits_(std::move(bits))
    {
    }

    bool read(void* to, uint64_t address, size_t size) const override
    {
        auto* bytes = static_cast<char*>(to);
        while (size) {
            const uint64_t page = address / block_size_, offset = address % block_size_;
            const size_t part = std::min<size_t>(size, block_size_ - offset);
            const char* from = find(page);
            if (!from)
                return false;
            std::memcpy(bytes, from + offset, part);
            bytes += part;
            address += part;
            size -= part;
        }
        return true;
    }
    uint64_t next_page(uint64_t address) const override
    {
        const uint64_t page = bits_.next(address / block_size_ + (address % block_size_ != 0));
        return page == kNone ? kNone : page * block_size_;
    }

private:
    // Page tables, the stacks of lists, and structs that lie together: what is read again soon.
    static constexpr size_t kCached = 256;

    struct Cached {
        uint64_t page = kNone;
        std::vector<char> bytes;
    };

    const char* find(uint64_t page) const
    {
        if (!bits_.has(page))
            return nullptr;
        Cached& cached = cache_[page % kCached];
        if (cached.page == page)
            return cached.bytes.data();
        cached.page = kNone;
        cached.bytes.resize(block_size_);
        if (!load(page, cached.bytes))
            return nullptr;
        cached.page = page;
        return cached.bytes.data();
    }

    bool load(uint64_t page, std::vector<char>& to) const
    {
        PageDescriptor descriptor;
        if (!file_->get(descriptor, descriptors_at_ + bits_.rank(page) * sizeof(descriptor)) ||
            descriptor.size > block_size_)
            return false;
        packed_.resize(descriptor.size);
        return file_->read(packed_.data(), descriptor.at, descriptor.size) &&
               decompress(static_cast<Compression>(descriptor.flags & kCompressions), packed_, to);
    }

    std::unique_ptr<ByteFile> file_;
    uint32_t block_size_;
    uint64_t descriptors_at_;
    PageBits bits_;
    mutable Cached cache_[kCached];
    mutable std::vector<char> packed_;
};

// QEMU, from some release after 7.2 on, says "Unknown" of whatever machine; by its notes one knows.
Arch arch_of(const Header& header, const std::optional<Arch>& of_cpus, const std::string& name)
{
    const std::string_view machine(header.machine, strnlen(header.machine, sizeof(header.machine)));
    if (machine == "Unknown" && of_cpus)
        return *of_cpus;
    if (machine == "aarch64")
        return Arch::kArm64;
    if (machine != "x86_64" && !machine.empty())
        throw Error::usage(name + " is of an architecture that can't be read, " + std::string(machine),
                           "x86-64 and arm64 can");
    return Arch::kX86_64;
}

std::vector<char> part_of(const ByteFile& file, uint64_t at, uint64_t size)
{
    std::vector<char> bytes(std::min({size, kMostNotes, file.size()}));
    if (!file.read(bytes.data(), at, bytes.size()))
        bytes.clear();
    return bytes;
}

PageBits bits_of(const ByteFile& file, const Header& header, uint64_t at, const std::string& name)
{
    const uint64_t size = uint64_t{header.bitmap_blocks} * header.block_size;
    // The second of the two; a dump of one has only that.
    const bool two = size / 2 * 8 >= header.max_mapnr;
    const uint64_t each = two ? size / 2 : size;
    // No more is asked for than the file has.
    const bool there = each && at < file.size() && size <= file.size() - at;
    if (there && each > kMostBitmap)
        throw Error::usage(name + " is of a machine whose memory ends beyond 128 TiB, which this wqctl does not read");
    std::vector<uint64_t> words(there ? each / sizeof(uint64_t) : 0);
    if (words.empty() || !file.read(words.data(), at + (two ? each : 0), each))
        throw Error::usage(name + " was cut short: what tells which pages are in it is missing");
    return PageBits(std::move(words));
}

// That can't be undone here is better said at once than as many pages that can't be read.
void check_compression(const ByteFile& file, uint64_t descriptors_at, const PageBits& bits, const std::string& name,
                       DumpFile& dump)
{
    constexpr uint64_t kLooks = 64;
    for (uint64_t i = 0; i < std::min(kLooks, bits.count()); i++) {
        PageDescriptor descriptor;
        if (!file.get(descriptor, descriptors_at + i * sizeof(descriptor)))
            return;
        const auto compression = static_cast<Compression>(descriptor.flags & kCompressions);
        if (compression == Compression::kNone)
            continue;
        if (!can_decompress(compression))
            throw Error(kUnavailable,
                        name + " is compressed with " + name_of(compression) +
                            ", for which this wqctl was built without the library",
                        "build it where the library's development package is (scripts/setup installs it), or "
                        "have makedumpfile compress with zlib: makedumpfile -c");
        dump.format = std::string("compressed kdump (") + name_of(compression) + ")";
        return;
    }
}

// Pages stand in the file in the order of their descriptors; of those of zeros there is one, somewhere.
bool is_whole(const ByteFile& file, uint64_t descriptors_at, const PageBits& bits)
{
    constexpr uint64_t kLooks = 64;
    for (uint64_t i = bits.count() - std::min(kLooks, bits.count()); i < bits.count(); i++) {
        PageDescriptor descriptor;
        if (!file.get(descriptor, descriptors_at + i * sizeof(descriptor)) || descriptor.at > file.size() ||
            descriptor.size > file.size() - descriptor.at)
            return false;
    }
    return true;
}

}  // namespace

bool is_kdump(const ByteFile& file)
{
    char signature[8];
    return file.get(signature, 0) && std::memcmp(signature, kSignature, sizeof(signature)) == 0;
}

void open_kdump(std::unique_ptr<ByteFile> file, const std::string& name, DumpFile& dump)
{
    Header header;
    SubHeader sub{};
    if (!file->get(header, 0))
        throw Error::usage(name + " was cut short: not even its header is whole");
    dump.format = "compressed kdump";
    if (header.block_size < kLeastBlock || header.block_size > kMostBlock || !std::has_single_bit(header.block_size))
        throw Error::usage(name + " is damaged: its header is no kdump file's");
    if (!file->get(sub, header.block_size))
        throw Error::usage(name + " was cut short: not even its header is whole");
    if (sub.split)
        throw Error::usage(name + " is a part of a dump that was split",
                           "put the parts together: makedumpfile --reassemble PART... FILE");
    // What an older version has not is zero, but for what lies there instead.
    if (header.version >= 3)
        if (const std::vector<char> text = part_of(*file, sub.vmcoreinfo_at, sub.vmcoreinfo_size); !text.empty())
            dump.vmcoreinfo.assign(text.data(), strnlen(text.data(), text.size()));
    if (header.version >= 4)
        read_notes(part_of(*file, sub.notes_at, sub.notes_size), dump);
    dump.arch = arch_of(header, dump.arch_of_cpus, name);
    if (header.status & kIncomplete)
        dump.troubles.push_back(name + " is not whole: what wrote it ran out of space");

    const uint64_t bitmap_at = (1 + uint64_t{header.sub_header_blocks}) * header.block_size;
    const uint64_t descriptors_at = bitmap_at + uint64_t{header.bitmap_blocks} * header.block_size;
    PageBits bits = bits_of(*file, header, bitmap_at, name);
    check_compression(*file, descriptors_at, bits, name, dump);
    if (!is_whole(*file, descriptors_at, bits))
        dump.troubles.push_back(name + " was cut short");
    dump.memory = std::make_unique<KdumpMemory>(std::move(file), header.block_size, descriptors_at, std::move(bits));
}

}  // namespace wqctl
