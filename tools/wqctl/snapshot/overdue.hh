// SPDX-License-Identifier: GPL-2.0
// How late a delayed work's timer is. A snapshot may have been made by anybody: no number in it is too large to negate.
#pragma once

#include <cstdint>

#include "uapi/wqlab.h"

namespace wqctl {

inline uint64_t distance_ns(const wqlab_snap_timer& timer)
{
    const auto due = static_cast<uint64_t>(timer.due_ns);
    return timer.due_ns < 0 ? 0 - due : due;
}

// By ns or more, beyond what the wheel may be late by design; a deferrable timer may be late by anything.
inline bool is_overdue(const wqlab_snap_timer& timer, uint64_t ns)
{
    const uint64_t late = timer.due_ns < 0 ? distance_ns(timer) : 0;
    return !timer.deferrable && late > timer.slack_ns && late - timer.slack_ns >= ns;
}

}  // namespace wqctl
