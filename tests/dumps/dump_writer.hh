// SPDX-License-Identifier: GPL-2.0
// Dump files of a DumpImage, in each format.
#pragma once

#include <set>

#include "dumps/dump_image.hh"
#include "source/vmcore/byte_file.hh"
#include "source/vmcore/decompress.hh"

using DumpBytes = std::vector<uint8_t>;

DumpBytes elf_of(const DumpImage& image);
// Pages without: those that a filter leaves out. Zero pages are all one, as makedumpfile writes them.
DumpBytes kdump_of(const DumpImage& image, wqctl::Compression compression, const std::set<uint64_t>& without = {});
// In records of so many bytes, the first of them written again at the end as QEMU does with headers.
DumpBytes flattened(const DumpBytes& file, size_t each = 3000);

// A file that is in memory.
class BytesFile : public wqctl::ByteFile {
public:
    explicit BytesFile(DumpBytes bytes) : bytes_(std::move(bytes)) {}
    bool read(void* to, uint64_t offset, uint64_t size) const override;
    uint64_t size() const override { return bytes_.size(); }

private:
    DumpBytes bytes_;
};
