// SPDX-License-Identifier: GPL-2.0
#include "source/vmcore/byte_file.hh"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text/error.hh"

namespace wqctl {

namespace {

class DiskFile final : public ByteFile {
public:
    DiskFile(int descriptor, uint64_t size) : descriptor_(descriptor), size_(size) {}
    ~DiskFile() override { close(descriptor_); }
    DiskFile(const DiskFile&) = delete;

    // Not mapped: a mapped file that somebody cuts short is a SIGBUS.
    bool read(void* to, uint64_t offset, uint64_t size) const override
    {
        if (offset > size_ || size > size_ - offset)
            return false;
        auto* bytes = static_cast<char*>(to);
        while (size) {
            const ssize_t got = pread(descriptor_, bytes, size, static_cast<off_t>(offset));
            if (got < 0 && errno == EINTR)
                continue;
            if (got <= 0)
                return false;
            bytes += got;
            offset += static_cast<uint64_t>(got);
            size -= static_cast<uint64_t>(got);
        }
        return true;
    }
    uint64_t size() const override { return size_; }
    uint64_t next_data(uint64_t offset) const override
    {
        const off_t next = lseek(descriptor_, static_cast<off_t>(offset), SEEK_DATA);
        if (next >= 0)
            return static_cast<uint64_t>(next);
        return errno == ENXIO ? size_ : offset;
    }

private:
    int descriptor_;
    uint64_t size_;
};

}  // namespace

std::unique_ptr<ByteFile> open_disk_file(const std::string& path, const char* else_what)
{
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        const bool forbidden = errno == EACCES || errno == EPERM;
        throw Error(forbidden ? kUnavailable : kUsage, path + ": " + std::strerror(errno),
                    forbidden ? "a dump holds all of a machine's memory, so mostly only root may read it" : else_what);
    }
    struct stat status {};
    if (fstat(descriptor, &status) || !S_ISREG(status.st_mode)) {
        close(descriptor);
        throw Error::usage(path + " is no file",
                           S_ISDIR(status.st_mode) ? "kdump puts the dump in it, as dump.* or vmcore" : "");
    }
    return std::make_unique<DiskFile>(descriptor, static_cast<uint64_t>(status.st_size));
}

}  // namespace wqctl
