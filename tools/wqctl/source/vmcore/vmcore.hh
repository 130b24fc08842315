// SPDX-License-Identifier: GPL-2.0
// A file that a kernel's memory was written to.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "source/read_kernel.hh"

namespace wqctl {

// What a dump may lack, from elsewhere.
struct VmcoreFiles {
    std::string dump;
    std::optional<std::string> symbols;  // a saved /proc/kallsyms
    std::optional<std::string> btf;      // a saved /sys/kernel/btf/vmlinux
};

// Refuses with the remedy: what is no dump, is of another architecture, or lacks what can't be done without.
std::unique_ptr<ReadKernel> open_vmcore(const VmcoreFiles& files);

}  // namespace wqctl
