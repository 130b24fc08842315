// SPDX-License-Identifier: GPL-2.0
// The two functions by which core/memory.hh gets memory, as the module's glue has them.
#include <cstdlib>
#include <cstring>

#include "core/memory.hh"

void* wqlab_alloc(size_t bytes, int)
{
    constexpr size_t kCacheLine = 64;
    const size_t size = (bytes + kCacheLine - 1) / kCacheLine * kCacheLine;
    if (size < bytes)
        return nullptr;
    void* memory = std::aligned_alloc(kCacheLine, size);
    if (memory)
        std::memset(memory, 0, size);
    return memory;
}

void wqlab_free(void* memory) { std::free(memory); }
