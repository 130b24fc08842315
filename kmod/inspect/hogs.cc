// SPDX-License-Identifier: GPL-2.0
// wci_ents[]: functions that ran longer than cpu_intensive_thresh_us at a stretch.
#include "hogs.hh"

namespace wqlab {

Result<void> copy_hogs(const Kernel& kernel, Snapshot& snapshot)
{
    constexpr uint32_t kMost = 4096;  // the kernel has room for 128
    uint32_t count = 0;
    kernel.read(count, Symbol::kNrHogs);
    for (uint32_t i = 0; i < count && i < kMost; i++) {
        const Address entry = kernel[Symbol::kHogs] + uint64_t{i} * kernel.size(Field::kHog);
        Address function;
        uint64_t times;
        if (!kernel.peek(function, entry, Field::kHogFunction) || !kernel.peek(times, entry, Field::kHogCount))
            break;
        *TRY(snapshot.hogs.append()) = {times, TRY(snapshot.strings.symbol(kernel, function)), 0};
    }
    return {};
}

}  // namespace wqlab
