// SPDX-License-Identifier: GPL-2.0
// What came with something: without that, but with its neighbour, such as another constant of the same enum, a kernel
// is older.
#include "kernel.hh"

namespace wqlab {

namespace {

struct Sign {
    uint32_t lack;
    Field neighbour, came;
};

constexpr Sign kSigns[] = {
    {WQLAB_LACK_SCOPES, Field::kAttrs, Field::kAttrsScope},
    {WQLAB_LACK_BH, Field::kWqIsUnbound, Field::kFlagBh},
    {WQLAB_LACK_SYSTEM_MAX_ACTIVE, Field::kWq, Field::kWqNodeNrActive},
    {WQLAB_LACK_DISABLE, Field::kWorkPwqShift, Field::kWorkDisableBits},
    {WQLAB_LACK_COUNTERS, Field::kPwq, Field::kPwqStats},
};

}  // namespace

uint32_t Kernel::lacks() const
{
    uint32_t lacks = 0;
    for (const Sign& sign : kSigns)
        if (has(sign.neighbour) && !has(sign.came))
            lacks |= sign.lack;
    if (has(Symbol::kWorkqueues) && !has(Symbol::kCpuIntensiveThresh))
        lacks |= WQLAB_LACK_HOGS;
    return lacks;
}

}  // namespace wqlab
