// SPDX-License-Identifier: GPL-2.0
// Where what commands show of the machine comes from: the module, or a kernel's memory, or a file.
#pragma once

#include <string>

#include "snapshot/snapshot.hh"
#include "source/info.hh"

namespace wqctl {

class Source {
public:
    virtual ~Source() = default;
    // What can be shown, and of what kernel.
    virtual const Info& info() = 0;
    // The machine at one moment. sections: enum wqlab_section; of those that this kernel can't show nothing is asked.
    virtual Snapshot snapshot(uint32_t sections) = 0;
    // What it is, for people: "the module", "/proc/kcore, not locked", "crash.elf".
    virtual std::string origin() = 0;
    virtual bool is_module() const { return false; }
    // Whether the next snapshot may be another one.
    virtual bool is_live() const { return true; }
};

}  // namespace wqctl
