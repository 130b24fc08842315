// SPDX-License-Identifier: GPL-2.0
// A dumped kernel's memory by the kernel's own addresses.
#pragma once

#include "source/bytes/memory.hh"
#include "source/vmcore/page_tables.hh"

namespace wqctl {

class VirtualMemory final : public wqlab::Memory {
public:
    VirtualMemory(const PhysicalMemory& memory, const PageTables& tables) : memory_(memory), tables_(tables) {}

    bool read(void* to, uint64_t address, size_t size) const override;
    // How many reads there were of pages that the machine had and the dump has not.
    uint64_t absent() const { return absent_; }
    void forget_absent() { absent_ = 0; }

private:
    static constexpr size_t kRemembered = 1024;

    struct Translation {
        uint64_t page = ~uint64_t{0}, physical;
    };

    bool find(uint64_t address, uint64_t& physical) const;

    const PhysicalMemory& memory_;
    PageTables tables_;
    mutable Translation translations_[kRemembered];
    mutable uint64_t absent_ = 0;
};

}  // namespace wqctl
