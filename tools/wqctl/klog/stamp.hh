// SPDX-License-Identifier: GPL-2.0
// When a line of a log was written, as far as the log says it.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

namespace wqctl {

constexpr double kDaySeconds = 86400, kYearSeconds = 365 * kDaySeconds;

// Seconds of the kernel's clock, or since 1970. Of a date those since the year began, or the day where the log says no
// more: of a calendar that knows no years and no zones, it tells two lines apart.
struct Stamp {
    double seconds = 0;
    bool is_date = false;

    bool operator==(const Stamp&) const = default;
};

// How long after the first the second was written; 0 if the log does not say it.
inline double seconds_between(const std::optional<Stamp>& first, const std::optional<Stamp>& second)
{
    if (!first || !second || first->is_date != second->is_date)
        return 0;
    const double seconds = second->seconds - first->seconds;
    if (!first->is_date)
        return seconds;
    // Across midnight, or New Year.
    const bool has_days = std::max(first->seconds, second->seconds) >= kDaySeconds;
    return std::remainder(seconds, has_days ? kYearSeconds : kDaySeconds);
}

}  // namespace wqctl
