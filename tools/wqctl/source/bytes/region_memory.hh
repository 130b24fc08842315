// SPDX-License-Identifier: GPL-2.0
// Memory that is known in pieces, each of them here.
#pragma once

#include <map>
#include <vector>

#include "memory.hh"

namespace wqlab {

class RegionMemory : public Memory {
public:
    // Pieces that overlap are a mistake of the caller's: which one is read is not said.
    void add(uint64_t address, std::vector<uint8_t> bytes) { regions_[address] = std::move(bytes); }
    // False: what is asked for is not all in one piece.
    bool read(void* to, uint64_t address, size_t size) const override;
    // The bytes at an address that are there, to be changed; nullptr as above.
    uint8_t* find(uint64_t address, size_t size);

private:
    const uint8_t* find(uint64_t address, size_t size) const;

    std::map<uint64_t, std::vector<uint8_t>> regions_;
};

}  // namespace wqlab
