// SPDX-License-Identifier: GPL-2.0
// A kernel that is not asked but read, whoever has its memory: /proc/kcore (kcore/) or a dump (vmcore/).
#pragma once

#include <string>
#include <vector>

#include "source/bytes/memory.hh"

namespace wqlab {
class Kernel;
}

namespace wqctl {

class ReadKernel {
public:
    virtual ~ReadKernel() = default;
    // Its memory, symbols, BTF and clock. What this refers to stays where it is for as long as the ReadKernel lives;
    // but the BTF until learned() only, which says that it has been read.
    virtual wqlab::Image image() = 0;
    // Names of modules' functions are known only then.
    virtual void learned(const wqlab::Kernel&) {}
    // Before each snapshot: what may have changed of a kernel that runs (memory's segments, modules) is looked at anew.
    virtual void begin() {}
    // What was not there to be read since begin(), in words: "12 reads of pages that are not in the dump". They are
    // troubles of the snapshot.
    virtual std::vector<std::string> troubles() { return {}; }
    // As uname -r says it.
    virtual std::string release() = 0;
    // Where it comes from, for people: "/proc/kcore, not locked", "crash.elf".
    virtual std::string origin() = 0;
    // Whether a later look may see something else.
    virtual bool is_running() const = 0;
};

}  // namespace wqctl
