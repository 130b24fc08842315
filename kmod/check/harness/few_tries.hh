// SPDX-License-Identifier: GPL-2.0
// Of a check that tries a few times, or once because it is slow: how often, and what it would have missed.
#pragma once

#include "../../glue/text.h"
#include "trial.hh"

namespace wqlab {

// What shows every other time is missed n times in a row by one check of 2^n. For many tries there is Verdict::tried().
// Nothing once the trial is decided.
inline void tried_few(Trial& t, uint32_t times, const char* what)
{
    if (t.decided())
        return;
    char chance[40] = "less than one check of a million";
    if (times < 20)
        wqlab_format(chance, sizeof(chance), "one check of %u", 1u << times);
    t.note("%u %s (%s): what shows every other time is missed in %s", times, times == 1 ? "try" : "tries", what,
           chance);
}

}  // namespace wqlab
