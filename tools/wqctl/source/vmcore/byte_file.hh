// SPDX-License-Identifier: GPL-2.0
// The file of a dump, read at any place: one on a disk, or what a flattened one holds.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace wqctl {

class ByteFile {
public:
    virtual ~ByteFile() = default;
    // False: not all of it is there.
    virtual bool read(void* to, uint64_t offset, uint64_t size) const = 0;
    virtual uint64_t size() const = 0;
    // Where the next byte may be that is not in a hole, which reads as zeros; size(): there is none.
    virtual uint64_t next_data(uint64_t offset) const { return offset; }

    template <typename T>
    bool get(T& to, uint64_t offset) const
    {
        return read(&to, offset, sizeof(to));
    }
};

// Throws Error where it can't be opened. else_what: what the word may have been meant to be, where there is no such
// file.
std::unique_ptr<ByteFile> open_disk_file(const std::string& path, const char* else_what = "");

}  // namespace wqctl
