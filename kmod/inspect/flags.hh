// SPDX-License-Identifier: GPL-2.0
// The kernel's flags as the wire's, whatever bits this kernel has them in: flags.def.
#pragma once

#include "kernel.hh"

namespace wqlab {

enum class FlagSet : uint8_t { kPoolFlags, kWorkerFlags, kWorkqueueFlags };

template <FlagSet Set>
uint32_t translate(const Kernel& kernel, uint32_t raw)
{
    uint32_t bits = 0;
#define FLAG(set, id, name, wire)                                \
    if (FlagSet::set == Set && raw & kernel.constant(Field::id)) \
        bits |= (wire);
#include "flags.def"
#undef FLAG
    return bits;
}

}  // namespace wqlab
