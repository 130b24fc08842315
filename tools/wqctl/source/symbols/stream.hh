// SPDX-License-Identifier: GPL-2.0
// A kernel's bytes one after the other, read in large pieces.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "source/bytes/memory.hh"

namespace wqctl {

class Stream {
public:
    static constexpr size_t kMost = 1 << 15;  // that can be asked for at once

    // Nothing at or behind until is read.
    Stream(const wqlab::Memory& memory, uint64_t from, uint64_t until = UINT64_MAX)
        : memory_(memory), next_(from), until_(until)
    {
    }

    // The next so many, which stay the next ones; nullptr: they are not there.
    const uint8_t* peek(size_t size) { return end_ - begin_ >= size || fill(size) ? &bytes_[begin_] : nullptr; }
    // Those that are read already.
    std::span<const uint8_t> ready() const { return {&bytes_[begin_], end_ - begin_}; }
    void skip(size_t size) { begin_ += size; }
    // The address of the next one.
    uint64_t at() const { return next_ - (end_ - begin_); }

private:
    static constexpr size_t kPage = 4096, kPiece = 1 << 16;

    bool fill(size_t size);

    const wqlab::Memory& memory_;
    uint64_t next_;  // to be read
    const uint64_t until_;
    size_t begin_ = 0, end_ = 0;
    std::unique_ptr<uint8_t[]> bytes_ = std::make_unique_for_overwrite<uint8_t[]>(kMost + kPiece);
};

}  // namespace wqctl
