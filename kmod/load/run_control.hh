// SPDX-License-Identifier: GPL-2.0
// What the issuers and items of a run have in common.
#pragma once

#include "../core/counter.hh"
#include "../lab/sync.hh"

namespace wqlab {

struct RunControl {
    Flag closing;         // issue nothing more
    Flag aborting;        // and cut bodies short
    Counter begun_ns;     // publishes nothing but itself: all else was there before the threads
    uint32_t sample = 1;  // one item in so many is timed
    // Lines of their own: what is above is read for every item.
    alignas(64) NamedMutex<"wqlab items' shared mutex"> mutex;  // of WQLAB_BODY_MUTEX
    alignas(64) Event changed;                                  // the conductor looks again
};

}  // namespace wqlab
