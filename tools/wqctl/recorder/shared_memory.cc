// SPDX-License-Identifier: GPL-2.0
#include "recorder/shared_memory.hh"

#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

#include <fmt/core.h>

#include "text/error.hh"
#include "text/units.hh"

namespace wqctl {

SharedMemory::SharedMemory(size_t bytes)
{
    const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    size_ = bytes = (bytes + page - 1) / page * page;
    // Shared, so that a child of ours has the same pages and not copies.
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    // The module takes what is there, and fetches nothing. MAP_POPULATE would not say that there is not so much.
    if (memory == MAP_FAILED || madvise(memory, bytes, MADV_POPULATE_WRITE)) {
        const int error = errno;
        if (memory != MAP_FAILED)
            munmap(memory, bytes);
        throw Error(
            kBad, fmt::format("there are no {} of memory to record into: {}", human_size(bytes), std::strerror(error)),
            "a smaller --buffer");
    }
    bytes_ = static_cast<std::byte*>(memory);
}

SharedMemory::~SharedMemory() { munmap(bytes_, size_); }

}  // namespace wqctl
