// SPDX-License-Identifier: GPL-2.0
// What a reader of a comparison should know before believing it, wherever it is shown.
#pragma once

namespace wqctl {

constexpr const char* kIntervalsAreAlone = "p is corrected for so many questions, the intervals are each for itself";
constexpr const char* kOneFileASide =
    "one file a side: what differs from boot to boot, or changed between the two, counts as a difference; give several "
    "files a side to take that into account";

}  // namespace wqctl
