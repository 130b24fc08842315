// SPDX-License-Identifier: GPL-2.0
// The memory of the kernel that runs, through /proc/kcore. That never says that an address is nothing: it reads zeros
// there, or on 6.1, in the vmalloc area, what the read before this one got. So addresses are looked up in its program
// headers first.
#pragma once

#include <string>

#include "source/bytes/memory.hh"
#include "source/kcore/segments.hh"

namespace wqctl {

class Kcore final : public wqlab::Memory {
public:
    // Refuses, with the remedy, where it can't be opened.
    explicit Kcore(std::string path = "/proc/kcore");
    ~Kcore() override;
    Kcore(const Kcore&) = delete;
    Kcore& operator=(const Kcore&) = delete;

    // Reads the program headers anew: offsets in the file change when memory comes or goes.
    void renew();
    // What its note of that name says; empty: it has none.
    std::string vmcoreinfo() const;
    // Where some text is that is always there, and nowhere else.
    void set_witness(uint64_t address) { witness_ = address; }

    bool read(void* to, uint64_t address, size_t size) const override;

private:
    bool read_at(void* to, uint64_t offset, size_t size) const;
    bool read_area(void* to, const Segment& segment, uint64_t address, size_t size) const;

    const std::string path_;
    int file_;
    Segments segments_;
    uint64_t notes_at_ = 0, notes_size_ = 0;
    uint64_t witness_ = 0;
};

}  // namespace wqctl
