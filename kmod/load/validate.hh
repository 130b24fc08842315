// SPDX-License-Identifier: GPL-2.0
// Which runs make sense. The netlink policy has checked each value's range;
// here is what no single attribute shows.
#pragma once

#include "spec.hh"

namespace wqlab {

// What is wrong with a request and what would be right, for the extack.
struct Refusal {
    Errno error = Errno::kInvalid;
    const void* origin = nullptr;  // the attribute, or nullptr
    const char* format = nullptr;  // of at most two unsigned long long
    unsigned long long values[2] = {};
};

// The first fault of the spec; false when there is none. Task context.
[[nodiscard]] bool refuse(const RunSpec& spec, Refusal& refusal);

// Bytes of the run's records and items, and of what these touch.
uint64_t memory_of(const RunSpec& spec);

}  // namespace wqlab
