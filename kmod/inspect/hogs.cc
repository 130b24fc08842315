// SPDX-License-Identifier: GPL-2.0
#include "hogs.hh"

#include "../glue/inspect.h"

namespace wqlab {

Result<void> copy_hogs(const Kernel& kernel, Snapshot& snapshot)
{
    constexpr uint32_t kMost = 4096;  // the kernel has room for 128
    uint32_t count = 0;
    wqlab_peek(&count, kernel[Symbol::kNrHogs], sizeof(count));
    for (uint32_t i = 0; i < count && i < kMost; i++) {
        const Address entry = kernel[Symbol::kHogs] + i * kernel.member(Field::kHog).size;
        Address function;
        uint64_t times;
        if (!kernel.peek(function, entry, Field::kHogFunction) || !kernel.peek(times, entry, Field::kHogCount))
            break;
        *TRY(snapshot.hogs.append()) = {times, TRY(snapshot.strings.symbol(function)), 0};
    }
    return {};
}

}  // namespace wqlab
