// SPDX-License-Identifier: GPL-2.0
// A file that holds a machine's memory, whatever its format.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "source/vmcore/byte_file.hh"
#include "source/vmcore/physical_memory.hh"

namespace wqctl {

enum class Arch { kX86_64, kArm64 };

// Of a CPU, by QEMU's note.
struct ControlRegisters {
    uint64_t cr3, cr4;
};

struct DumpFile {
    std::string format;  // "ELF", "compressed kdump, flattened"
    Arch arch = Arch::kX86_64;
    std::string vmcoreinfo;  // the note's text; empty: there is none
    std::vector<ControlRegisters> cpus;
    std::optional<Arch> arch_of_cpus;  // by the size of what the notes keep of one
    std::unique_ptr<PhysicalMemory> memory;
    std::vector<std::string> troubles;
};

// Throws Error for what is no dump, or one that can't be read. name: to be said of it.
DumpFile open_dump(std::unique_ptr<ByteFile> file, const std::string& name);

}  // namespace wqctl
