// SPDX-License-Identifier: GPL-2.0
// How long a check may take. The module's watcher keeps to these, which Patience tells: it counts hardly any time in
// which the host had the machine. wqctl waits twice as long as their sum, for the case that the watcher itself hangs.
#pragma once

#include <cstdint>

namespace wqlab::check_bounds {

inline constexpr uint64_t kSecond = 1'000'000'000;

// How much less of them is enough: more than 1 only where a machine's time is its own, and no host's business can make
// it late (scripts/mutate).
#ifndef WQLAB_CHECK_HURRY
#define WQLAB_CHECK_HURRY 1
#endif
inline constexpr uint64_t kHurry = WQLAB_CHECK_HURRY;

// Of one wait for something that must happen: a healthy machine that is busy may need seconds.
inline constexpr uint64_t kWait = 30 * kSecond / kHurry;
// Of one step of user space.
inline constexpr uint64_t kStep = 60 * kSecond / kHurry;
// Without any progress: nobody looks in a wait, and no step is open. Those say better what did not come.
inline constexpr uint64_t kPatience = 70 * kSecond / kHurry;
// With progress.
inline constexpr uint64_t kLimit = 300 * kSecond / kHurry;
// Of the class slow, without progress, too: such a check waits for what takes the kernel its time, in no hurry.
inline constexpr uint64_t kSlowLimit = 900 * kSecond;
// From the verdict until threads, items and workqueues have ended: all that they wait for is open by then.
inline constexpr uint64_t kCleanUp = 60 * kSecond / kHurry;
// With help, before it is left behind.
inline constexpr uint64_t kGrace = 10 * kSecond / kHurry;

// From the start of a check to its verdict, at most.
constexpr uint64_t whole(bool slow) { return (slow ? kSlowLimit : kLimit) + kCleanUp + kGrace; }

}  // namespace wqlab::check_bounds
