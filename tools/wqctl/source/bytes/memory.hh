// SPDX-License-Identifier: GPL-2.0
// A kernel that is not asked but read: its memory, its symbols, its types, as
// bytes from wherever they come (/proc/kcore, a dump, a test).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "core/span.hh"

namespace wqlab {

class Memory {
public:
    virtual ~Memory() = default;
    // Copies size bytes from a kernel address. False: not all of them are known
    // (no such address, or a page that a dump lacks), and *to may hold anything.
    // Addresses come from what was read and may be anything, so whoever implements
    // this checks them; zeros in place of what is not there are worse than false.
    virtual bool read(void* to, uint64_t address, size_t size) const = 0;
};

class SymbolTable {
public:
    virtual ~SymbolTable() = default;
    // Of vmlinux's own symbols; 0: there is none of that name, or more than one.
    virtual uint64_t address_of(const std::string& name) const = 0;
    // "function", or "function [module]", of the function that begins there; empty: not known.
    virtual std::string name_of(uint64_t address) const = 0;
};

// All of it stays with whoever made it, for as long as a Target of it lives.
struct Image {
    const Memory* memory = nullptr;
    const SymbolTable* symbols = nullptr;
    Span<const uint8_t> btf;           // vmlinux's; empty: there is none
    std::function<uint64_t()> now_ns;  // CLOCK_MONOTONIC of the kernel; none: not known
    // Of the identities that stand for addresses: the kernel's own ptr_key, with which they are as it prints them with
    // %p; else, if that is not known, a number.
    uint64_t printk_key[2] = {};
    uint64_t key = 0;
};

}  // namespace wqlab
