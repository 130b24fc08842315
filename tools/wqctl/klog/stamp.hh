// SPDX-License-Identifier: GPL-2.0
// When a line of a log was written, as far as the log says it.
#pragma once

#include <cmath>
#include <optional>

namespace wqctl {

struct Stamp {
    double seconds = 0;    // of the kernel's clock, or since 1970
    bool is_date = false;  // of a calendar that knows no years and no zones: it tells two lines apart, and no more

    bool operator==(const Stamp&) const = default;
};

// Whether two lines were written so far from each other; what a log does not say is near.
inline bool is_apart(const std::optional<Stamp>& a, const std::optional<Stamp>& b, double seconds)
{
    return a && b && a->is_date == b->is_date && std::abs(a->seconds - b->seconds) > seconds;
}

}  // namespace wqctl
