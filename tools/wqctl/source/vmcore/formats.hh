// SPDX-License-Identifier: GPL-2.0
// The formats that dump_file.cc knows, and what they share.
#pragma once

#include <span>

#include "source/vmcore/dump_file.hh"

namespace wqctl {

// Both throw Error; the memory takes the file.
bool is_elf(const ByteFile& file);
void open_elf(std::unique_ptr<ByteFile> file, const std::string& name, DumpFile& dump);
bool is_kdump(const ByteFile& file);
void open_kdump(std::unique_ptr<ByteFile> file, const std::string& name, DumpFile& dump);

// Of ELF notes side by side: VMCOREINFO, and those of each CPU.
void read_notes(std::span<const char> notes, DumpFile& dump);

// Notes are 4 KiB and 336 + 440 bytes a CPU; a damaged header may say anything.
constexpr uint64_t kMostNotes = 64 << 20;

}  // namespace wqctl
