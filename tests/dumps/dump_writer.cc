// SPDX-License-Identifier: GPL-2.0
#include "dumps/dump_writer.hh"

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <stdexcept>

#include <zlib.h>
#ifdef WQCTL_LZO
#include <lzo/lzo1x.h>
#endif
#ifdef WQCTL_SNAPPY
#include <snappy-c.h>
#endif
#ifdef WQCTL_ZSTD
#include <zstd.h>
#endif

namespace {

template <typename T>
void put(DumpBytes& bytes, size_t at, const T& value)
{
    bytes.resize(std::max(bytes.size(), at + sizeof(value)));
    std::memcpy(&bytes[at], &value, sizeof(value));
}

void append(DumpBytes& bytes, const DumpBytes& more) { bytes.insert(bytes.end(), more.begin(), more.end()); }

void align(DumpBytes& bytes, size_t to) { bytes.resize((bytes.size() + to - 1) / to * to); }

DumpBytes note(const std::string& name, const DumpBytes& text, uint32_t type)
{
    DumpBytes bytes;
    put(bytes, 0, Elf64_Nhdr{static_cast<uint32_t>(name.size()) + 1, static_cast<uint32_t>(text.size()), type});
    bytes.insert(bytes.end(), name.begin(), name.end());
    bytes.push_back(0);
    align(bytes, 4);
    append(bytes, text);
    align(bytes, 4);
    return bytes;
}

DumpBytes notes_of(const DumpImage& image, bool with_vmcoreinfo)
{
    DumpBytes bytes = note("CORE", DumpBytes(image.shape().is_arm64 ? 392 : 336), NT_PRSTATUS);
    if (image.shape().has_registers) {
        DumpBytes state(440);
        put(state, 416, image.root());
        put(state, 424, uint64_t{image.shape().va_bits == 57} << 12);
        append(bytes, note("QEMU", state, 0));
    }
    if (with_vmcoreinfo && image.shape().has_note) {
        const std::string& text = image.vmcoreinfo();
        append(bytes, note("VMCOREINFO", {text.begin(), text.end()}, 0));
    }
    return bytes;
}

DumpBytes compressed(const DumpBytes& page, wqctl::Compression compression)
{
    DumpBytes out(page.size() * 2 + 1024);
    switch (compression) {
    case wqctl::Compression::kNone: return page;
    case wqctl::Compression::kZlib: {
        uLongf size = out.size();
        compress2(out.data(), &size, page.data(), page.size(), Z_BEST_SPEED);
        out.resize(size);
        return out;
    }
#ifdef WQCTL_LZO
    case wqctl::Compression::kLzo: {
        DumpBytes work(LZO1X_1_MEM_COMPRESS);
        lzo_uint size = 0;
        lzo1x_1_compress(page.data(), page.size(), out.data(), &size, work.data());
        out.resize(size);
        return out;
    }
#endif
#ifdef WQCTL_SNAPPY
    case wqctl::Compression::kSnappy: {
        size_t size = out.size();
        snappy_compress(reinterpret_cast<const char*>(page.data()), page.size(), reinterpret_cast<char*>(out.data()),
                        &size);
        out.resize(size);
        return out;
    }
#endif
#ifdef WQCTL_ZSTD
    case wqctl::Compression::kZstd: {
        out.resize(ZSTD_compress(out.data(), out.size(), page.data(), page.size(), 1));
        return out;
    }
#endif
    default: throw std::invalid_argument("no library for it");
    }
}

}  // namespace

bool BytesFile::read(void* to, uint64_t offset, uint64_t size) const
{
    if (offset > bytes_.size() || size > bytes_.size() - offset)
        return false;
    if (size)
        std::memcpy(to, &bytes_[offset], size);
    return true;
}

DumpBytes elf_of(const DumpImage& image)
{
    const DumpBytes notes = notes_of(image, true);
    std::vector<Elf64_Phdr> programs(1);
    for (const auto& [address, page] : image.pages()) {
        Elf64_Phdr& last = programs.back();
        if (last.p_type == PT_LOAD && last.p_paddr + last.p_filesz == address) {
            last.p_filesz += page.size();
            continue;
        }
        Elf64_Phdr program{};
        program.p_type = PT_LOAD;
        program.p_paddr = address;
        program.p_filesz = page.size();
        programs.push_back(program);
    }
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_type = ET_CORE;
    header.e_machine = image.shape().is_arm64 ? EM_AARCH64 : EM_X86_64;
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = static_cast<uint16_t>(programs.size());
    header.e_phoff = 192;  // where QEMU 7.2 has them
    DumpBytes file;
    put(file, 0, header);
    programs[0].p_type = PT_NOTE;
    programs[0].p_offset = header.e_phoff + programs.size() * sizeof(Elf64_Phdr);
    programs[0].p_filesz = notes.size();
    uint64_t at = (programs[0].p_offset + notes.size() + 4095) & ~uint64_t{4095};
    for (size_t i = 1; i < programs.size(); i++) {
        programs[i].p_offset = at;
        programs[i].p_memsz = programs[i].p_filesz;
        at += programs[i].p_filesz;
    }
    for (size_t i = 0; i < programs.size(); i++)
        put(file, header.e_phoff + i * sizeof(Elf64_Phdr), programs[i]);
    append(file, notes);
    align(file, 4096);
    for (const auto& [address, page] : image.pages())
        append(file, page);
    return file;
}

DumpBytes kdump_of(const DumpImage& image, wqctl::Compression compression, const std::set<uint64_t>& without)
{
    const size_t block = image.page_size();
    const uint64_t pages = image.pages().rbegin()->first / block + 1;
    const auto bitmap_blocks = static_cast<uint32_t>((pages + block * 8 - 1) / (block * 8));
    DumpBytes file;
    const char* arch = image.shape().is_arm64 ? "aarch64" : "x86_64";
    const char* machine = image.shape().names_machine ? arch : "Unknown";
    file.insert(file.end(), {'K', 'D', 'U', 'M', 'P', ' ', ' ', ' '});
    put(file, 8, uint32_t{6});
    file.resize(464);
    std::memcpy(&file[12 + 4 * 65], machine, std::strlen(machine));
    put(file, 428, static_cast<uint32_t>(block));
    put(file, 432, uint32_t{1});
    put(file, 436, bitmap_blocks * 2);
    put(file, 440, static_cast<uint32_t>(pages));
    file.resize(block);
    put(file, block, uint64_t{0xffff'ffff'ccaa'bbce});  // QEMU's phys_base
    const DumpBytes notes = notes_of(image, false);
    const std::string& text = image.shape().has_note ? image.vmcoreinfo() : "";
    put(file, block + 32, uint64_t{block + 512});
    put(file, block + 40, uint64_t{text.size()});
    put(file, block + 48, uint64_t{block + 512 + text.size()});
    put(file, block + 56, uint64_t{notes.size()});
    file.resize(block + 512);
    file.insert(file.end(), text.begin(), text.end());
    append(file, notes);
    if (file.size() > 2 * block)
        throw std::length_error("the notes do not fit their block");
    file.resize((2 + 2 * bitmap_blocks) * block);
    const size_t second = (2 + bitmap_blocks) * block;
    std::map<uint64_t, const DumpBytes*> kept;
    for (const auto& [address, page] : image.pages()) {
        const uint64_t number = address / block;
        file[2 * block + number / 8] |= static_cast<uint8_t>(1 << number % 8);
        if (without.contains(address))
            continue;
        file[second + number / 8] |= static_cast<uint8_t>(1 << number % 8);
        kept[address] = &page;
    }
    size_t descriptor = file.size();
    file.resize(file.size() + 24 * kept.size());
    uint64_t zero_at = 0;
    for (const auto& [address, page] : kept) {
        const bool is_zero = page->end() == std::find_if(page->begin(), page->end(), [](uint8_t byte) { return byte; });
        const DumpBytes packed = compressed(*page, compression);
        if (!is_zero || !zero_at) {
            zero_at = is_zero ? file.size() : zero_at;
            put(file, descriptor, uint64_t{file.size()});
            append(file, packed);
        } else {
            put(file, descriptor, zero_at);
        }
        put(file, descriptor + 8, static_cast<uint32_t>(packed.size()));
        put(file, descriptor + 12, static_cast<uint32_t>(compression));
        descriptor += 24;
    }
    return file;
}

DumpBytes flattened(const DumpBytes& file, size_t each)
{
    DumpBytes flat;
    const char signature[] = "makedumpfile";
    flat.assign(signature, signature + sizeof(signature));
    put(flat, 16, __builtin_bswap64(1));
    put(flat, 24, __builtin_bswap64(1));
    flat.resize(4096);
    const auto record = [&](uint64_t at, const DumpBytes& bytes) {
        put(flat, flat.size(), __builtin_bswap64(at));
        put(flat, flat.size(), __builtin_bswap64(bytes.size()));
        append(flat, bytes);
    };
    record(0, DumpBytes(100, 0xee));  // and written again below
    for (size_t at = each; at < file.size(); at += each)
        record(at, {file.begin() + at, file.begin() + std::min(file.size(), at + each)});
    record(0, {file.begin(), file.begin() + std::min(each, file.size())});
    put(flat, flat.size(), ~uint64_t{0});
    put(flat, flat.size(), ~uint64_t{0});
    return flat;
}
