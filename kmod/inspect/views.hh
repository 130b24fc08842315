// SPDX-License-Identifier: GPL-2.0
// What can be shown of a kernel, a bit for each: enum wqlab_section, and latency.
#pragma once

#include <cstdint>

#include "../uapi/wqlab.h"

namespace wqlab::view {

inline constexpr uint32_t kScopes = WQLAB_SECTION_SCOPES;
inline constexpr uint32_t kPools = WQLAB_SECTION_POOLS;
inline constexpr uint32_t kWorkqueues = WQLAB_SECTION_WORKQUEUES;
inline constexpr uint32_t kRescuers = WQLAB_SECTION_RESCUERS;
inline constexpr uint32_t kNodes = WQLAB_SECTION_NODES;
inline constexpr uint32_t kWork = WQLAB_SECTION_WORK;
inline constexpr uint32_t kTimers = WQLAB_SECTION_TIMERS;
inline constexpr uint32_t kHogs = WQLAB_SECTION_HOGS;
inline constexpr uint32_t kCpus = WQLAB_SECTION_CPUS;
inline constexpr uint32_t kLatency = WQLAB_SECTIONS_ALL + 1;

inline constexpr uint32_t kAll = WQLAB_SECTIONS_ALL | kLatency;
// These come from one walk over workqueues, their pwqs and the pools.
inline constexpr uint32_t kMachine = kPools | kWorkqueues | kRescuers | kNodes | kWork | kTimers;
// These show tasks.
inline constexpr uint32_t kTasks = kRescuers | kWork | kCpus;

// As fields.def says it.
inline constexpr uint32_t kAnyWalk = kMachine;
inline constexpr uint32_t kHasMasks = kMachine | kScopes;
inline constexpr uint32_t kWorkers = kWork | kRescuers | kCpus;

}  // namespace wqlab::view
