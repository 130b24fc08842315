// SPDX-License-Identifier: GPL-2.0
#include "fuzz/dump_check.hh"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "dumps/dump_writer.hh"
#include "fuzz/edits.hh"
#include "fuzz/machine_check.hh"
#include "inspect/snapshot.hh"
#include "machine/small_machine.hh"
#include "source/vmcore/vmcore.hh"
#include "text/error.hh"

namespace {

constexpr uint64_t kHostile[] = {0,
                                 1,
                                 0x7fff'ffff,
                                 0x8000'0000,
                                 0xffff'ffff,
                                 0x7fff'ffff'ffff'ffff,
                                 0x8000'0000'0000'0000,
                                 ~uint64_t{0},
                                 ~uint64_t{4095},
                                 0xffff'ffff'8000'0000,
                                 Machine::kBase,
                                 DumpImage::kImage};

struct Original {
    DumpBytes file;
    std::vector<uint32_t> words;  // that are not zero: most of a file is never looked at
};

Original original_of(const DumpShape& shape, const std::function<DumpBytes(const DumpImage&)>& write)
{
    SmallMachine machine;
    Original original{write(DumpImage(machine, shape)), {}};
    for (uint32_t at = 0; at + 8 <= original.file.size(); at += 8)
        if (std::any_of(&original.file[at], &original.file[at] + 8, [](uint8_t byte) { return byte != 0; }))
            original.words.push_back(at);
    return original;
}

const std::vector<Original>& originals()
{
    static const std::vector<Original> kOriginals = [] {
        const auto zlib = [](const DumpImage& image) { return kdump_of(image, wqctl::Compression::kZlib); };
        const auto plain = [](const DumpImage& image) { return kdump_of(image, wqctl::Compression::kNone); };
        const auto flat = [](const DumpImage& image) { return flattened(kdump_of(image, wqctl::Compression::kZlib)); };
        DumpShape usual, arm, searched;
        arm.is_arm64 = true;
        arm.va_bits = 39;
        searched.has_note = false;
        searched.has_registers = true;
        searched.more_symbols = 1500;
        searched.va_bits = 57;
        std::vector<Original> all;
        all.push_back(original_of(usual, elf_of));
        all.push_back(original_of(usual, plain));
        all.push_back(original_of(usual, zlib));
        all.push_back(original_of(usual, flat));
        all.push_back(original_of(arm, elf_of));
        all.push_back(original_of(searched, elf_of));
        searched.has_registers = false;
        searched.has_text = true;
        all.push_back(original_of(searched, plain));
        const std::pair<wqctl::Compression, const char*> kOthers[] = {{wqctl::Compression::kLzo, "lzo"},
                                                                      {wqctl::Compression::kSnappy, "snappy"},
                                                                      {wqctl::Compression::kZstd, "zstd"}};
        for (const auto& [compression, name] : kOthers)
            if (wqctl::can_decompress(compression))
                all.push_back(original_of(usual, [&](const DumpImage& image) { return kdump_of(image, compression); }));
        return all;
    }();
    return kOriginals;
}

constexpr uint32_t kEdits = 9;

void apply(const Edit& edit, const Original& from, DumpBytes& file)
{
    const auto [how, where, what] = edit;
    if (file.size() < 16)
        return;
    // Headers, notes and the first page tables are looked at by all; they are what comes first.
    const size_t words = how & 0x100 ? from.words.size() : std::min<size_t>(from.words.size(), 1200);
    const size_t at = std::min<size_t>(from.words[where % words], file.size() - 8);
    uint64_t word, other;
    std::memcpy(&word, &file[at], sizeof(word));
    std::memcpy(&other, &file[std::min<size_t>(from.words[what % from.words.size()], file.size() - 8)], sizeof(other));
    switch (how % kEdits) {
    case 0: word ^= uint64_t{1} << what % 64; break;
    case 1: word = kHostile[what % std::size(kHostile)]; break;
    case 2: word = other; break;
    case 3: word += uint64_t{what % 33} * 8 - 128; break;
    case 4: word = (word & ~uint64_t{0xffff'ffff}) | static_cast<uint32_t>(kHostile[what % std::size(kHostile)]); break;
    case 5: word = what % 8192; break;
    case 6: file.resize(file.size() - what % (file.size() / 4)); return;
    case 7: std::fill_n(&file[at], std::min<size_t>(what % 8192, file.size() - at), uint8_t{0}); return;
    case 8: {
        const auto begin = file.begin() + static_cast<ptrdiff_t>(at);
        file.erase(begin, begin + static_cast<ptrdiff_t>(std::min<size_t>(what % 64, file.size() - at - 8)));
        return;
    }
    }
    std::memcpy(&file[at], &word, sizeof(word));
}

}  // namespace

std::string nonsense_in_dump(const uint8_t* data, size_t size)
{
    const Original& original = originals()[original_of(data, size) % originals().size()];
    DumpBytes file = original.file;
    for_each_edit(data, size, [&](const Edit& edit) { apply(edit, original, file); });

    try {
        const auto dump = wqctl::open_vmcore(std::make_unique<BytesFile>(std::move(file)), {"x", {}, {}});
        wqlab::Kernel kernel(dump->image());
        kernel.learn();
        wqlab::Snapshot snapshot;
        dump->begin();
        const bool taken = snapshot.take(kernel, WQLAB_SECTIONS_ALL).ok();
        for (const std::string& trouble : dump->troubles())
            if (trouble.empty())
                return "a trouble without words";
        return taken ? nonsense_in_snapshot(snapshot) : "";
    } catch (const wqctl::Error& error) {
        return error.message.empty() ? "an error without words" : "";
    }
}

std::vector<Seed> dump_seeds() { return edit_seeds(static_cast<uint32_t>(originals().size()), kEdits); }
