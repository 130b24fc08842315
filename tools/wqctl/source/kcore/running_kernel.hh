// SPDX-License-Identifier: GPL-2.0
// The kernel that this program runs on, read through /proc/kcore, /proc/kallsyms and /sys/kernel/btf.
#pragma once

#include <memory>

#include "source/kallsyms.hh"
#include "source/kcore/kcore.hh"
#include "source/read_kernel.hh"

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
    void learned() override { btf_ = {}; }
    void begin() override;
    std::string release() override;
    std::string origin() override { return "/proc/kcore, not locked"; }
    bool is_running() const override { return true; }

private:
    Kcore memory_;
    Kallsyms symbols_;
    std::string modules_;  // those whose functions symbols_ has
    Bytes btf_;
    uint64_t printk_key_[2] = {};
    uint64_t key_;
};

}  // namespace wqctl
