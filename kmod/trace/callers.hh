// SPDX-License-Identifier: GPL-2.0
// Who called queue_work(): by the way up the stack, walked once for each way.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../glue/trace_events.h"

namespace wqlab {

// A CPU's: with interrupts off. Frames of kernel code have one size each, so
// where a return address stands follows from those below it: they are a tree,
// from the probe up to the callers, whose nodes say where the next one stands.
class Callers {
public:
    struct Caller {
        uint64_t address = 0;  // in the function; 0: not known
        bool likely = false;   // the kernel's unwinder saw the addresses, but it is not sure where they stand
        bool walked = false;   // the way was new
    };

    // From a probe of the queue call.
    Caller find(wqlab_stack stack);

private:
    static constexpr unsigned kFrames = 10;      // from the probe to the caller
    static constexpr unsigned kWalked = 28;      // return addresses, with our own
    static constexpr uint32_t kSearched = 2048;  // bytes above the probe
    static constexpr unsigned kNodes = 512;      // a power of two
    static constexpr unsigned kMostNodes = kNodes / 4 * 3;
    static constexpr unsigned kPatience = 256;  // queue calls, after one whose way can't be kept

    // A return address behind another one.
    struct Node {
        uint64_t address = 0;  // 0: there is no node
        uint16_t below = 0;    // the index of that one; 0: it is the probe's
        uint16_t above = 0;    // bytes above the probe's frame, where the next stands; 0: this is the caller's
        bool likely = false;
    };

    // The one of an address above another's, or, free, where it would be.
    Node& at(uint16_t below, uint64_t address);
    Caller walk(wqlab_stack stack);
    // False: where they stand was not found, or there are too many. beyond: the return address after the last.
    bool learn(wqlab_stack stack, const uint64_t* addresses, unsigned frames, uint64_t beyond, bool& likely);

    Node nodes_[kNodes] = {};
    unsigned used_ = 0;
    unsigned patience_ = 0;
};

}  // namespace wqlab
