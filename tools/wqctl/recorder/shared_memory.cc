// SPDX-License-Identifier: GPL-2.0
#include "recorder/shared_memory.hh"

#include <cerrno>
#include <cstring>
#include <sys/mman.h>

#include <fmt/core.h>

#include "text/error.hh"
#include "text/units.hh"

namespace wqctl {

SharedMemory::SharedMemory(size_t bytes) : size_(bytes)
{
    // Shared, so that a child of ours has the same pages and not copies.
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED)
        throw Error(
            kBad, fmt::format("there are no {} of memory to record into: {}", human_size(bytes), std::strerror(errno)),
            "a smaller --buffer");
    bytes_ = static_cast<std::byte*>(memory);
}

SharedMemory::~SharedMemory() { munmap(bytes_, size_); }

}  // namespace wqctl
