// SPDX-License-Identifier: GPL-2.0
// A kernel that is not asked but read, whoever has its memory: /proc/kcore (kcore/) or a dump (vmcore/).
#pragma once

#include <string>
#include <vector>

#include "source/bytes/memory.hh"

namespace wqctl {

class ReadKernel {
public:
    virtual ~ReadKernel() = default;
    // Its memory, symbols, BTF and clock. What this refers to stays where it is, and says the same, until begin().
    virtual wqlab::Image image() = 0;
    // Before each snapshot: of a kernel that runs, what may have changed is looked at anew (segments, modules). True: it
    // has, and image() is another.
    virtual bool begin() { return false; }
    // As uname -r says it.
    virtual std::string release() = 0;
    // Where it comes from, for people: "/proc/kcore, not locked", "crash.elf, taken at …".
    virtual std::string origin() = 0;
    // What was not there to be read since begin(), in words: "12 reads of pages that are not in the dump". They are
    // troubles of the snapshot.
    virtual std::vector<std::string> troubles() { return {}; }
};

}  // namespace wqctl
