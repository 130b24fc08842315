// SPDX-License-Identifier: GPL-2.0
// An address in the kernel that is looked at, which need not be the one that this runs in.
#pragma once

#include <cstdint>

namespace wqlab {

using Address = uint64_t;

}  // namespace wqlab
