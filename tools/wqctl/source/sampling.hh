// SPDX-License-Identifier: GPL-2.0
// What monitor and top share: snapshots at fixed times.
#pragma once

#include <cstdint>
#include <string_view>

#include "source/source.hh"

namespace wqctl {

// A snapshot that has workqueues, or an error that says why it cannot be had.
Snapshot take_snapshot(Source& source, uint32_t sections);

// "1", "0.5" (seconds) or a time such as "200ms"; 0: once.
uint64_t parse_interval(std::string_view text);
// How many samples; 1 or more.
uint64_t parse_samples(std::string_view text);

}  // namespace wqctl
