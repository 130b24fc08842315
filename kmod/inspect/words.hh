// SPDX-License-Identifier: GPL-2.0
// What rows of a snapshot refer to by number: strings, and sets of CPUs.
#pragma once

#include "../glue/cpu.h"
#include "table.hh"

namespace wqlab {

class Strings {
public:
    Result<uint32_t> add(const char* text);
    // A symbol's name, each once.
    Result<uint32_t> symbol(uintptr_t address);

    const Table<char>& text() const { return text_; }

private:
    Table<char> text_;
    AddressMap symbols_;
    uint32_t count_ = 0;
};

class Masks {
public:
    Masks() : words_each_((wqlab_nr_cpus() + 63) / 64) {}

    uint32_t words_each() const { return words_each_; }
    // The number of the set of CPUs at this address, each set once. WQLAB_NONE: nothing is there.
    Result<uint32_t> add(uintptr_t cpumask);
    bool has(uint32_t mask, uint32_t cpu) const { return words_[mask * words_each_ + cpu / 64] >> (cpu % 64) & 1; }

    const Table<uint64_t>& words() const { return words_; }

private:
    Table<uint64_t> words_;
    uint32_t words_each_;
};

}  // namespace wqlab
