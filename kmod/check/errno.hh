// SPDX-License-Identifier: GPL-2.0
// Linux's error numbers that checks expect of the kernel.
#pragma once

namespace wqlab {

inline constexpr int kAgain = 11;
inline constexpr int kNoDevice = 19;
inline constexpr int kInvalidArgument = 22;
inline constexpr int kNotThere = 2;
inline constexpr int kTimedOut = 110;

}  // namespace wqlab
