// SPDX-License-Identifier: GPL-2.0
// The strings of a snapshot, to which its rows refer by number.
#pragma once

#include "kernel.hh"
#include "table.hh"

namespace wqlab {

class Strings {
public:
    // Its number. Allocates.
    Result<uint32_t> add(const char* text);
    // The name of the symbol at an address, each once; WQLAB_NONE: of address 0.
    // Looks it up, so no lock of the kernel's is held.
    Result<uint32_t> symbol(const Kernel& kernel, Address address);

    const Table<char>& text() const { return text_; }

private:
    Table<char> text_;
    AddressMap symbols_;
    uint32_t count_ = 0;
};

}  // namespace wqlab
