// SPDX-License-Identifier: GPL-2.0
#include "unbound_cpus.hh"

#include "../../glue/text.h"

namespace wqlab {

bool UnboundCpus::keep_mask()
{
    if (before_)
        return true;
    if (const int error = trial_.ask(WQLAB_STEP_READ, kPath, "")) {
        trial_.skip("%s can't be read: error %d", kPath, error);
        return false;
    }
    // What is not read whole can't be put back.
    const size_t size = __builtin_strlen(trial_.text());
    if (!size || trial_.text()[size - 1] != '\n') {
        trial_.skip("%s is longer than can be read", kPath);
        return false;
    }
    char* const before = trial_.own<char, WQLAB_STEP_TEXT_LEN>();
    if (!before)
        return false;
    __builtin_memcpy(before, trial_.text(), size + 1);
    // What is written is what was requested from then on, also where a cpuset keeps some of them for itself.
    const int lack = trial_.ask(WQLAB_STEP_READ, kRequested, "");
    if (lack != number(Errno::kNoEntry) && (lack || !same_text(trial_.text(), before))) {
        trial_.skip("some of the CPUs are kept by cpusets, or %s can't be read", kRequested);
        return false;
    }
    before[size - 1] = '\0';
    before_ = before;
    return true;
}

bool UnboundCpus::write_mask(uint64_t cpus)
{
    if (!keep_mask())
        return false;
    char mask[24];
    // As the kernel writes masks: words of 32 bits.
    if (cpus >> 32)
        wqlab_format(mask, sizeof(mask), "%x,%08x", static_cast<uint32_t>(cpus >> 32), static_cast<uint32_t>(cpus));
    else
        wqlab_format(mask, sizeof(mask), "%x", static_cast<uint32_t>(cpus));
    if (trial_.has_fault(Fault::kStepIgnored))
        return true;
    if (const int error = trial_.ask(WQLAB_STEP_WRITE, kPath, mask)) {
        trial_.skip("%s can't be written: error %d", kPath, error);
        return false;
    }
    changed_ = true;
    return true;
}

}  // namespace wqlab
