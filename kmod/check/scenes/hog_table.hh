// SPDX-License-Identifier: GPL-2.0
// The kernel's table of functions that hog their CPU.
#pragma once

#include "look.hh"

namespace wqlab {

constexpr uint32_t kMostHogs = 128;  // WCI_MAX_ENTS

// It has room for each entry, and each function has one, which is looked for before one is made. False: the trial has
// failed.
inline bool is_hog_table_sound(Trial& t, const Snapshot& now)
{
    const uint32_t n = now.hogs.size();
    if (n > kMostHogs)
        t.fail("there are %u entries for functions that hog their CPU, and room for %u", n, kMostHogs);
    for (uint32_t i = 0; i < n && !t.decided(); i++)
        for (uint32_t other = 0; other < i && !t.decided(); other++)
            if (now.hogs[i].function == now.hogs[other].function && now.hogs[i].function != WQLAB_NONE)
                t.fail("of %u entries for functions that hog their CPU two are of %s", n,
                       string_of(now, now.hogs[i].function));
    return !t.decided();
}

}  // namespace wqlab
