// SPDX-License-Identifier: GPL-2.0
// Of a check that tries a few times, or once because it is slow: how often, and what it would have missed.
#pragma once

#include "trial.hh"

namespace wqlab {

// What shows every other time is missed n times in a row by one check of 2^n. For many tries there is Verdict::tried().
// Nothing once the trial is decided.
inline void tried_few(Trial& t, uint32_t times, const char* what)
{
    if (!t.decided())
        t.note("%u %s (%s): what shows every other time is missed in one check of %llu", times,
               times == 1 ? "try" : "tries", what, 1ull << (times < 63 ? times : 63));
}

}  // namespace wqlab
