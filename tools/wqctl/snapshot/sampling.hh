// SPDX-License-Identifier: GPL-2.0
// What monitor and top share: snapshots at fixed times.
#pragma once

#include <cstdint>

#include "wire/lab.hh"
#include "report/session.hh"

namespace wqctl {

uint64_t monotonic_ns();

// A snapshot that has workqueues, or an error that says why it cannot be had.
Snapshot take_snapshot(Lab& lab, uint32_t sections);

// Until this time (CLOCK_MONOTONIC), an interrupt, or input on fd (-1: none).
enum class Woken { kByTime, kByInterrupt, kByInput, kByHangup };
Woken wait_until(uint64_t deadline_ns, Interrupts& interrupts, int fd = -1);

}  // namespace wqctl
