// SPDX-License-Identifier: GPL-2.0
// Waiting that a signal ends, because every command that takes its time is to
// stop in good order when it is asked to.
#pragma once

#include <cstdint>

#include "system/interrupts.hh"

namespace wqctl {

uint64_t monotonic_ns();

// kByHangup: nobody will write to the descriptor any more, or it has an error.
enum class Woken { kByTime, kByInterrupt, kByInput, kByHangup };

// Until this time (CLOCK_MONOTONIC), an interrupt, or input on fd (-1: none).
// An interrupt comes first, so that a stream of input can't hide it.
Woken wait_until(uint64_t deadline_ns, Interrupts& interrupts, int fd = -1);
Woken wait_for(uint64_t time_ns, Interrupts& interrupts, int fd = -1);

}  // namespace wqctl
