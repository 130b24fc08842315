// SPDX-License-Identifier: GPL-2.0
// An item that uses its CPU in parts, and sleeps between.
#pragma once

#include "../../glue/time.h"
#include "../harness/trial.hh"

namespace wqlab {

namespace intensive {

constexpr uint64_t kPart = 40'000'000;  // ns

// The kernel's clock of a part begins after the end of the one before, and is
// done with when the next one begins: it can't have seen more than lies between.
// It begins with what the last tick knew, which a slow host may be long behind
// with: so end() goes by the scheduler, which brings the worker's time up to date.
struct Parts {
    uint32_t each;     // in one execution
    uint64_t ends[2];  // of the last two
    uint64_t longest;

    void begin()
    {
        const uint64_t between = wqlab_now() - ends[0];
        longest = between > longest ? between : longest;
    }
    void end()
    {
        ends[0] = ends[1];
        ends[1] = wqlab_now();
        wqlab_yield();
    }
};

// Uses the CPU, and sleeps between.
inline void spin_and_sleep(TestItem&, void* argument)
{
    Parts& parts = *static_cast<Parts*>(argument);
    for (uint32_t i = 0; i < parts.each; i++) {
        // On a slow machine the time may be over before the worker is off its CPU, and then it has not slept.
        for (uint64_t ns = 1'000'000; i && !wqlab_sleep(ns); ns *= 2) {
        }
        parts.begin();
        for (const uint64_t began = wqlab_now(); wqlab_now() - began < kPart;) {
            wqlab_resched();
            wqlab_relax();
        }
        parts.end();
    }
}

}  // namespace intensive

}  // namespace wqlab
