// SPDX-License-Identifier: GPL-2.0
// What checks of delayed items share.
#pragma once

#include "../../glue/time.h"
#include "../../glue/work.h"

namespace wqlab {

inline constexpr wqlab_work_kind kDelayed = WQLAB_WORK_DELAYED;

// Does not pass while a check runs.
inline uint64_t an_hour() { return uint64_t{3600} * wqlab_hz(); }

}  // namespace wqlab
