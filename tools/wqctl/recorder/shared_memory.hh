// SPDX-License-Identifier: GPL-2.0
// Memory that the kernel may hold on to.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wqctl {

class SharedMemory {
public:
    // Zeroed, whole pages; all of it is there at once. Throws where there is not so much.
    explicit SharedMemory(size_t bytes);
    ~SharedMemory();
    SharedMemory(const SharedMemory&) = delete;
    SharedMemory& operator=(const SharedMemory&) = delete;

    std::byte* bytes() const { return bytes_; }
    size_t size() const { return size_; }
    uint64_t address() const { return reinterpret_cast<uintptr_t>(bytes_); }

private:
    std::byte* bytes_;
    size_t size_;
};

}  // namespace wqctl
