// SPDX-License-Identifier: GPL-2.0
// The program headers of /proc/kcore: which of the kernel's addresses are anything at all, and where in the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <elf.h>

namespace wqctl {

struct Segment {
    uint64_t address, size, offset;
    // Part of the direct map or of the kernel's image. Other segments are areas (vmalloc, modules) full of holes.
    bool is_ram;
};

class Segments {
public:
    struct Table {
        uint64_t offset;
        uint32_t count;
    };
    // Where the program headers are; nothing: this is no kcore, or of another kind of machine than this program is for.
    static std::optional<Table> table_of(const Elf64_Ehdr& header);

    Segments() = default;
    explicit Segments(std::span<const Elf64_Phdr> headers);

    // The one that all of it is in; nullptr: there is none.
    const Segment* find(uint64_t address, size_t size) const;
    bool empty() const { return segments_.empty(); }

private:
    std::vector<Segment> segments_;  // by address
};

}  // namespace wqctl
