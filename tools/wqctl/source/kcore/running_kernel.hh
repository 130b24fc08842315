// SPDX-License-Identifier: GPL-2.0
// The kernel that this program runs on, read through /proc/kcore, /proc/kallsyms and /sys/kernel/btf.
#pragma once

#include "source/kallsyms.hh"
#include "source/kcore/kcore.hh"
#include "source/read_kernel.hh"

namespace wqctl {

class RunningKernel final : public ReadKernel {
public:
    // Refuses, with the remedy, where one of them can't be read.
    RunningKernel();

    wqlab::Image image() override;
    void learned() override { std::vector<uint8_t>().swap(btf_); }
    void begin() override;
    std::string release() override;
    std::string origin() override { return "/proc/kcore, not locked"; }
    bool is_running() const override { return true; }

private:
    Kcore memory_;
    Kallsyms symbols_;
    std::string modules_;  // those whose functions symbols_ has
    std::vector<uint8_t> btf_;
    uint64_t printk_key_[2] = {};
    uint64_t key_;
};

}  // namespace wqctl
