// SPDX-License-Identifier: GPL-2.0
// Who called queue_work(): by the way up the stack, walked once for each way.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../glue/trace_events.h"

namespace wqlab {

// A CPU's: with interrupts off. Frames of kernel code have one size each, so
// where each return address stands follows from the one below it: a stack that
// has the same addresses at the same places, from the probe up to the caller, is
// the same way.
class Callers {
public:
    struct Caller {
        uint64_t address = 0;  // in the function; 0: the stack could not be walked
        bool likely = false;   // the kernel's unwinder saw the addresses, but it is not sure where they stand
        bool walked = false;   // the way was new
    };

    // From a probe of the queue call.
    Caller find(const wqlab_stack& stack);

private:
    static constexpr unsigned kWays = 8;
    static constexpr unsigned kFrames = 6;       // from the probe to the caller
    static constexpr unsigned kWalked = 24;      // return addresses, with our own
    static constexpr uint32_t kSearched = 1536;  // bytes above the probe

    struct Way {
        uint64_t addresses[kFrames];
        uint16_t above[kFrames];  // bytes above the probe's frame
        uint8_t frames = 0;       // 0: there is none
        bool likely = false;
    };

    static Caller of(const Way& way, bool walked) { return {way.addresses[way.frames - 1] - 1, way.likely, walked}; }
    Caller walk(const wqlab_stack& stack);
    // False: where they stand was not found, or there are too many. beyond: the return address after the last.
    static bool learn(const wqlab_stack& stack, const uint64_t* addresses, unsigned frames, uint64_t beyond, Way& way);

    Way ways_[kWays] = {};
    unsigned last_ = 0;
    unsigned next_ = 0;
};

}  // namespace wqlab
