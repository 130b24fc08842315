// SPDX-License-Identifier: GPL-2.0
// The kernel that this program runs on, read through /proc/kcore and /sys/kernel/btf. Its symbols are its own tables,
// in its memory; where it does not say where those are (before Linux 6.0), /proc/kallsyms, which takes it many times as
// long.
#pragma once

#include <memory>
#include <optional>

#include "source/kcore/kcore.hh"
#include "source/read_kernel.hh"
#include "source/symbols/kallsyms_file.hh"
#include "source/symbols/kernel_symbols.hh"

namespace wqctl {

// Memory that nothing is written to but what is read: of megabytes, zeros first would cost as much as the reading.
struct Bytes {
    std::unique_ptr<uint8_t[]> at;
    size_t size = 0;
};

class RunningKernel final : public ReadKernel {
public:
    // Refuses, with the remedy, where one of them can't be read.
    RunningKernel();

    wqlab::Image image() override;
    void learned(const wqlab::Kernel& kernel) override;
    void begin() override;
    std::string release() override;
    std::string origin() override { return "/proc/kcore, not locked"; }
    bool is_running() const override { return true; }

private:
    void find_symbols();
    void read_kallsyms();

    Kcore memory_;
    std::unique_ptr<wqlab::SymbolTable> symbols_;
    // One of them is symbols_.
    KernelSymbols* own_symbols_ = nullptr;
    KallsymsFile* kallsyms_ = nullptr;
    std::optional<std::string> modules_;  // those whose functions symbols_ has, where that can be told
    Bytes btf_;
    uint64_t printk_key_[2] = {};
    uint64_t key_;
};

}  // namespace wqctl
