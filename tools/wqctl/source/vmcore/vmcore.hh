// SPDX-License-Identifier: GPL-2.0
// A file that a kernel's memory was written to.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "source/read_kernel.hh"

namespace wqctl {

class ByteFile;

// What a dump may lack, from elsewhere.
struct VmcoreFiles {
    std::string dump;
    std::optional<std::string> symbols;  // a saved /proc/kallsyms
    std::optional<std::string> btf;      // a saved /sys/kernel/btf/vmlinux
};

// Refuses with the remedy: what is no dump, is of another architecture, or lacks what can't be done without.
std::unique_ptr<ReadKernel> open_vmcore(const VmcoreFiles& files);
// The same of a file that is open; files.dump is its name.
std::unique_ptr<ReadKernel> open_vmcore(std::unique_ptr<ByteFile> dump, const VmcoreFiles& files);

}  // namespace wqctl
