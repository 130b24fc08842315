// SPDX-License-Identifier: GPL-2.0
#include "unbound_cpus.hh"

#include "../glue/text.h"

namespace wqlab {

bool UnboundCpus::set(uint64_t cpus)
{
    if (!before_[0]) {
        if (const int error = trial_.ask(WQLAB_STEP_READ, kPath, "")) {
            trial_.skip("%s can't be read: error %d", kPath, error);
            return false;
        }
        Text(before_).add(trial_.text());
        for (char* c = before_; *c; c++)
            if (*c == '\n')
                *c = '\0';
    }
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
