// SPDX-License-Identifier: GPL-2.0
// When a line of a log was written, as far as the log says it.
#pragma once

#include <optional>

namespace wqctl {

struct Stamp {
    double seconds = 0;    // of the kernel's clock, or since 1970
    bool is_date = false;  // of a calendar that knows no years and no zones: it tells two lines apart, and no more

    bool operator==(const Stamp&) const = default;
};

// How long after the first the second was written; 0 if the log does not say it.
inline double seconds_between(const std::optional<Stamp>& first, const std::optional<Stamp>& second)
{
    return first && second && first->is_date == second->is_date ? second->seconds - first->seconds : 0;
}

}  // namespace wqctl
