// SPDX-License-Identifier: GPL-2.0
// What a kernel may be too old for, in words, and the release that brought it:
// of enum wqlab_lack, in its order.
#pragma once

#include <cstdint>

#include "../uapi/wqlab.h"
#include "span.hh"

namespace wqlab {

struct Lack {
    uint32_t bit;
    const char* name;  // stable: of JSON
    const char* what;
    const char* since;
};

inline constexpr Lack kLacks[] = {
    {WQLAB_LACK_SCOPES, "scopes", "affinity scopes", "6.6"},
    {WQLAB_LACK_BH, "bh", "BH workqueues", "6.9"},
    {WQLAB_LACK_SYSTEM_MAX_ACTIVE, "system_max_active", "a system-wide max_active", "6.9"},
    {WQLAB_LACK_DISABLE, "disable", "disable_work()", "6.10"},
    {WQLAB_LACK_COUNTERS, "counters", "counts of what a workqueue did", "6.5"},
    {WQLAB_LACK_HOGS, "hogs", "setting apart of items that run for long", "6.5"},
};

// What the kernel's headers do not tell. Its types and symbols do, but tell less surely: of the others, headers decide.
inline constexpr uint32_t kLacksOfNoHeader = WQLAB_LACK_COUNTERS | WQLAB_LACK_HOGS;

// The first of these; nullptr: none.
constexpr const Lack* first_lack(uint32_t bits)
{
    for (const Lack& lack : kLacks)
        if (bits & lack.bit)
            return &lack;
    return nullptr;
}

}  // namespace wqlab
